/* cell_forms.h - a graph of piecewise linear neurons on a cell: every value as an affine form of x,
   rounding counted. */
#ifndef LIP_CERTIFICATE_GRAPHS_CELL_FORMS_H
#define LIP_CERTIFICATE_GRAPHS_CELL_FORMS_H

#include "certificate/graphs/slope_bounds.h"

/* A cell is given by the sides of some neurons: +1 where z >= 0, -1 where z <= 0, 0: not known.
   On it every value of node i is sum_j G_j x_j + G_d with numbers G within center +- radius: row j
   of both (d + 1 rows of the node's size) belongs to x_j, the last one to the constant. Where all
   neurons before a node have a side these numbers do not depend on x, so G is the derivative; else
   they may, and G still encloses it: a neuron without a side has some slope between its two.
   Neurons are counted through all activation nodes, in their order. */
typedef struct lip_cell_forms {
  const lip_claim *claim;    /* borrowed; deep, of piecewise linear neurons */
  size_t root;               /* the node whose value x stands for: the input, see below */
  size_t d, neurons;         /* d: the size of the root */
  size_t *first;             /* by node: its first neuron; only of activation nodes */
  size_t *node, *entry;      /* by neuron */
  const signed char *side;   /* by neuron */
  double *low, *high;        /* by neuron: its slopes on the claim's domain */
  double **center, **radius; /* by node; NULL before the root */
  struct lip_cell_storage *storage;
} lip_cell_forms;

/* Is the claim's graph made of affine nodes and of ReLU, leaky ReLU and absolute values, of a size
   that can be held as forms (some 256 MiB)? */
bool lip_cell_forms_apply(const lip_claim *claim);

/* All sides 0.  return  LIP_OK; LIP_ENOMEM; LIP_EINTERRUPT */
LIP_MUST_CHECK lip_status lip_cell_forms_create(const lip_claim *claim, lip_cell_forms **forms,
                                                const lip_control *control, lip_error *err);
void lip_cell_forms_free(lip_cell_forms *forms); /* takes NULL */

/* Gives a neuron a side (or 0: takes it). Cheap; the forms after it are stale until asked for. */
void lip_cell_forms_set(lip_cell_forms *forms, size_t neuron, signed char side);

/* Has the neuron only one slope on the domain? Then it needs no side. */
bool lip_cell_forms_is_fixed(const lip_cell_forms *forms, size_t neuron);

/* The slopes that all neurons may have on the cell.  bounds  out  of this network */
void lip_cell_forms_slopes(const lip_cell_forms *forms, lip_slope_bounds *bounds);

/* Brings the forms of the nodes up to `node`, it included, up to date.
   cost  d + 1 passes over the weights of the nodes that are stale, twice */
LIP_MUST_CHECK lip_status lip_cell_forms_reach(lip_cell_forms *forms, size_t node, lip_error *err);

/* The argument z of a neuron as a form, once its node's parent is up to date: row j of the form is
   center[j * stride], radius[j * stride].  return  stride */
size_t lip_cell_forms_argument(const lip_cell_forms *forms, size_t neuron, const double **center,
                               const double **radius);

/* The Jacobian of the claim's function on the cell: m x d, row-major, within center +- radius. */
LIP_MUST_CHECK lip_status lip_cell_forms_jacobian(lip_cell_forms *forms, double *center,
                                                  double *radius, lip_error *err);

/* One row of a Farkas vector: side z >= 0 of this neuron, with a weight > 0. */
typedef struct lip_side_row {
  size_t neuron;
  double side, weight; /* +1 or -1; finite, > 0 */
} lip_side_row;

/* Has the part of the cell's closure where also side z >= 0 for all rows certainly no inner point
   in the domain? The rows' arguments add up to a form that is nowhere positive; by the forms in x,
   or, on the space, by forms in the values of a later node through which all goes (they may be more
   or fewer than d, and take any value), or going back through the graph from the rows and using
   what the sides of earlier neurons say of their values. count  in   at least 1; sides that are not
   the cell's own count for the rows alone empty  out  false also where it is not certain return
   LIP_OK; LIP_ENOMEM cost        count d; on the space also count^3, or one pass over the weights
 */
LIP_MUST_CHECK lip_status lip_cell_forms_empty(lip_cell_forms *forms, size_t count,
                                               const lip_side_row *row, bool *empty,
                                               lip_error *err);

/* Is the argument of the neuron certainly 0 everywhere on the cell? Then it does not matter which
   side it gets. */
LIP_MUST_CHECK lip_status lip_cell_forms_vanishes(lip_cell_forms *forms, size_t neuron, bool *zero,
                                                  lip_error *err);

#endif
