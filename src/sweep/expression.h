/* expression.h - the arithmetic of plans: values and conditions in n, d, k and the seed. */
#ifndef LIP_SWEEP_EXPRESSION_H
#define LIP_SWEEP_EXPRESSION_H

#include <liplaw/status.h>

typedef enum lip_variable {
  LIP_VAR_N,
  LIP_VAR_D,
  LIP_VAR_K,
  LIP_VAR_SEED,
  LIP_VARIABLES
} lip_variable;

/* What an expression may speak of: the values, and which of them it may see. */
typedef struct lip_scope {
  double value[LIP_VARIABLES];
  unsigned visible; /* bit 1 << LIP_VAR_N, ... */
} lip_scope;

/* sum     = product {("+" | "-") product}
   product = sign {("*" | "/") sign}
   sign    = {"+" | "-"} power
   power   = atom ["^" sign]                     2^3^2 = 2^9, -2^2 = -4
   atom    = number | variable | "(" sum ")" | ("sqrt" | "log") "(" sum ")"
           | ("min" | "max") "(" sum {"," sum} ")"

   text    in   the whole of it is one sum
   used    out  which variables it spoke of, as a mask; may be NULL
   value   out  may be infinite or NaN (a division by zero): the caller judges
   return       LIP_OK; LIP_EINPUT naming what is wrong with the text */
LIP_MUST_CHECK lip_status lip_expression(const char *text, const lip_scope *scope, double *value,
                                         unsigned *used, lip_error *err);

/* sum {("<" | "<=" | ">" | ">=" | "==" | "!=") sum}, at least one comparison; a chain holds when
   each of them does. A comparison with NaN does not hold. */
LIP_MUST_CHECK lip_status lip_condition(const char *text, const lip_scope *scope, bool *holds,
                                        lip_error *err);

#endif
