/* cell_forms_parts.h - what the files of cell_forms share. */
#ifndef LIP_CERTIFICATE_GRAPHS_CELL_FORMS_PARTS_H
#define LIP_CERTIFICATE_GRAPHS_CELL_FORMS_PARTS_H

#include "certificate/graphs/cell_forms.h"

struct lip_cell_storage {
  signed char *side;
  struct lip_weight_sizes {
    double least;  /* the least size of a weight that is not 0 */
    double sum;    /* no row's sizes and its constant's add up to more, or infinite: not known */
    int unit;      /* weights are whole multiples of 2^unit, */
    int bias_unit; /* constants of 2^bias_unit */
  } * sizes;       /* by node; of affine ones */
  double *block;   /* all forms */
  double *error;   /* workspace: d + 1 rows of the widest node */
  size_t valid;    /* the nodes before it are up to date */
  /* The same cell with the values of the next node, through which all goes, as x; made when it is
     asked for; NULL: not yet, or there is none. */
  lip_cell_forms *later;
};

/* The slopes of a neuron on the cell. */
void lip_cell_slopes(const lip_cell_forms *forms, size_t neuron, double *low, double *high);

/* storage->later; the sides are the same.  later  out  NULL where there is no such node */
LIP_MUST_CHECK lip_status lip_cell_forms_later(lip_cell_forms *forms, lip_cell_forms **later,
                                               lip_error *err);

/* lip_cell_forms_empty, by going back through the graph; on the space. */
LIP_MUST_CHECK lip_status lip_cell_empty_backward(lip_cell_forms *forms, size_t count,
                                                  const lip_side_row *row, bool *empty,
                                                  lip_error *err);

#endif
