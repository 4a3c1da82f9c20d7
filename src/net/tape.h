/* tape.h - the values of every node at some points, and derivatives through all of them, forward
   and backward. */
#ifndef LIP_NET_TAPE_H
#define LIP_NET_TAPE_H

#include <liplaw/net.h>

typedef struct lip_tape lip_tape;

/* For at most `rows` points at once; memory: rows x (the sizes of all nodes) doubles, and as
   much again once derivatives are asked for.
   net  in  borrowed */
LIP_MUST_CHECK lip_status lip_tape_create(const lip_net *net, size_t rows, lip_tape **tape,
                                          lip_error *err);
void lip_tape_free(lip_tape *tape); /* takes NULL */

/* How many rows make a tape of some 32 MiB, at least 1 and at most `rows`. */
size_t lip_tape_rows(const lip_net *net, size_t rows);

/* The values of all nodes at X (rows x d).
   return  LIP_OK; LIP_ENOMEM; LIP_ENUMERIC where a value is not finite, naming the node */
LIP_MUST_CHECK lip_status lip_tape_forward(lip_tape *tape, size_t rows, const double *X,
                                           lip_error *err);

/* rows x size of the node: its values at the last forward. */
const double *lip_tape_value(const lip_tape *tape, size_t node);

/* G <- J(x)' u on rows: U rows x m, G rows x d. At kinks psi' is that of lip_activation_slope, of
   largest entries the first one counts. */
LIP_MUST_CHECK lip_status lip_tape_pull(lip_tape *tape, const double *U, double *G, lip_error *err);

/* Z <- J(x) v on rows: V rows x d, Z rows x m. */
LIP_MUST_CHECK lip_status lip_tape_push(lip_tape *tape, const double *V, double *Z, lip_error *err);

/* lip_net_values and lip_net_gradients by tapes, for every network whose nodes a tape has. */
LIP_MUST_CHECK lip_status lip_tape_values(const lip_net *net, size_t rows, const double *X,
                                          double *Y, lip_error *err);
LIP_MUST_CHECK lip_status lip_tape_gradients(const lip_net *net, size_t output, size_t rows,
                                             const double *X, double *G, lip_error *err);

/* All of it in single precision, weights rounded to floats when the tape is made. */
typedef struct lip_f32_tape lip_f32_tape;

LIP_MUST_CHECK lip_status lip_f32_tape_create(const lip_net *net, size_t rows, lip_f32_tape **tape,
                                              lip_error *err);
void lip_f32_tape_free(lip_f32_tape *tape);
LIP_MUST_CHECK lip_status lip_f32_tape_forward(lip_f32_tape *tape, size_t rows, const float *X,
                                               lip_error *err);
const float *lip_f32_tape_value(const lip_f32_tape *tape, size_t node);
LIP_MUST_CHECK lip_status lip_f32_tape_pull(lip_f32_tape *tape, const float *U, float *G,
                                            lip_error *err);
LIP_MUST_CHECK lip_status lip_f32_tape_push(lip_f32_tape *tape, const float *V, float *Z,
                                            lip_error *err);
LIP_MUST_CHECK lip_status lip_f32_tape_values(const lip_net *net, size_t rows, const float *X,
                                              float *Y, lip_error *err);
LIP_MUST_CHECK lip_status lip_f32_tape_gradients(const lip_net *net, size_t output, size_t rows,
                                                 const float *X, float *G, lip_error *err);

#endif
