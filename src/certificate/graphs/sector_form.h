/* sector_form.h - a deep claim as a chain of linear maps and sectors: what semidefinite bounds and
   their proofs are made of. */
#ifndef LIP_CERTIFICATE_GRAPHS_SECTOR_FORM_H
#define LIP_CERTIFICATE_GRAPHS_SECTOR_FORM_H

#include "certificate/graphs/slope_bounds.h"

/* At almost every x, J(x) y_0 is what these lines make of a direction y_0 (d numbers):

     z_b = sum_{a < b} C_ba y_a          b = 1, ..., B, one block for each node that is not affine
     y_b in a sector of z_b              what its constraints say
     J y_0 = sum_{a <= B} D_a y_a

   Constraints, each with a multiplier lambda >= 0:

     LIP_SECTOR_SLOPES   (y_i - low_i z_i) (high_i z_i - y_i) >= 0             for every i
     LIP_SECTOR_SOFTMAX  y.(z / 2 - y) >= 0: y = S z with 0 <= S <= I/2        one for the block
     LIP_SECTOR_LARGEST  (1 - 1/k) |z|_w^2 - s^2/k + (2/k) s y_w - y_w^2 >= 0  for every window w of
                         k > 1 entries; |z|_w^2 and s: the squares and the sum of its entries

   If L^2 |y_0|^2 - |sum D_a y_a|^2 - sum lambda (constraint) >= 0 for all y = (y_0, ..., y_B), then
   |J| <= L; docs/theory.md: the sector bound. As a quadratic form in y it is of order d + sum of
   sizes; for ReLUs a block (b, a) of it is -1/2 diag(lambda_b) C_ba, b != a.

   Entries whose slope is known (low = high), and windows of one entry, are no variables: rows of C
   and D pass through them - unless the form was asked to keep them, which keeps C sparse (slopes 0
   are dropped anyway): then they stand in their block with low = high.

   Everything is scaled by powers of two: y_b = 2^exponent[b] (scaled y_b), z_b likewise, J likewise
   with exponent[B + 1], exponent[0] = 0. All numbers below, L and lambda are about scaled things:
   C_ba = 2^(exponent[a] - exponent[b]) (the network's), L = 2^-exponent[B + 1] (the network's).
   Slopes stay. */
typedef enum lip_sector_kind {
  LIP_SECTOR_SLOPES,
  LIP_SECTOR_SOFTMAX,
  LIP_SECTOR_LARGEST
} lip_sector_kind;

/* C_ba: rows x size of block `from`, row-major. */
typedef struct lip_coupling {
  size_t from;    /* a */
  double *C;      /* owned; NULL while not filled */
  double *radius; /* owned; of the same shape: the exact entries lie within C +- radius; NULL: C is
                     exact */
} lip_coupling;

typedef struct lip_sector_block {
  lip_sector_kind kind;   /* of block 0 and of the outputs' block: unused */
  size_t node;            /* of the network; the outputs: the last one */
  size_t size, offset;    /* of y_b; where it begins in (y_0, ..., y_B) */
  size_t rows;            /* of z_b; slopes and softmax: size */
  size_t *entry;          /* owned; size: which entries of the node's value the variables are */
  double *low, *high;     /* owned; size each; SLOPES only, else NULL. Finite or infinite */
  size_t *window;         /* owned; LARGEST only: size + 1, the entries of window w are rows
                             member[window[w]], ..., member[window[w + 1] - 1] of z */
  size_t *member;         /* owned */
  size_t multipliers;     /* how many constraints: size, of softmax 1 */
  size_t first;           /* index of the first of them in the array of all multipliers */
  size_t couplings;       /* C_ba that are not zero, ascending in a */
  lip_coupling *coupling; /* owned */
} lip_sector_block;

/* block[0] is the input (no couplings), block[1 .. blocks] the sectors in the order of their nodes,
   block[blocks + 1] the outputs asked for: rows = m, size 0, couplings D_a. */
typedef struct lip_sector_form {
  const lip_claim *claim;  /* borrowed */
  size_t blocks;           /* B */
  lip_sector_block *block; /* owned; blocks + 2 */
  int *exponent;           /* owned; blocks + 2 */
  size_t order;            /* d + sum of sizes */
  size_t multipliers;
  double bytes;                     /* of all couplings if they were filled */
  bool bounded;                     /* all slopes are finite: else there is no such bound */
  struct lip_sector_routes *routes; /* owned: how rows are pushed back */
} lip_sector_form;

/* Structure, slopes and exponents (all 0); no coupling is filled: cheap.
   keep  in   keep entries of known slope as variables
   form  out  released with lip_sector_form_free
   return     LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT; LIP_EINPUT: a node of another kind */
LIP_MUST_CHECK lip_status lip_sector_form_create(const lip_claim *claim, bool keep,
                                                 lip_sector_form **form, const lip_control *control,
                                                 lip_error *err);
/* The same for those x alone at which activations have slopes within these bounds, which may be
   narrower than the domain's. */
LIP_MUST_CHECK lip_status lip_sector_form_create_within(const lip_claim *claim,
                                                        const lip_slope_bounds *slopes, bool keep,
                                                        lip_sector_form **form, lip_error *err);
void lip_sector_form_free(lip_sector_form *form); /* takes NULL */

/* (lipschitz/graphs/sector_balance.h chooses exponents.) Sets the exponents (blocks + 2 of them,
   the first one 0, each at most 2^20 in size) before anything is filled. False: they are not such
   numbers. */
bool lip_sector_form_rescale(lip_sector_form *form, const int *exponent);

/* C_ba (D_a: b = blocks + 1) for every a, with error radii: rows of the identity pushed back
   through the network. Nothing to do where that was done. Entries that are not finite:
   LIP_ENUMERIC. */
LIP_MUST_CHECK lip_status lip_sector_form_fill(lip_sector_form *form, size_t b,
                                               const lip_control *control, lip_error *err);
LIP_MUST_CHECK lip_status lip_sector_form_fill_all(lip_sector_form *form,
                                                   const lip_control *control, lip_error *err);
void lip_sector_form_release(lip_sector_form *form, size_t b);

#endif
