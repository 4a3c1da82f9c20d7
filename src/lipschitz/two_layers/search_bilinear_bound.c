/* search_bilinear_bound.c - the bound of a node of the search with bilinear forms.

   Sizes first, which cost nothing; then all signs, where they are few; else Grothendieck's
   relaxation (bilinear_relaxation.h), warm-started from the parent's. Never worse than what the
   parent's multipliers show.
   Cost: CHEAP_SIGNS sums, or some tens of products with U times the rank. */
#include "lipschitz/two_layers/search_bilinear_parts.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

enum { ROOT_TURNS = 400, NODE_TURNS = 100 };
static const double CHEAP_SIGNS = 1e6; /* sums: all signs before the relaxation */

void lip_forms_make(lip_forms *in, size_t block)
{
  for (size_t l = 0; l < in->claim->k; l++) {
    in->at_low[l] = in->ends[l] > 0 ? in->high[l] : in->low[l];
    in->at_high[l] = in->ends[l] < 0 ? in->low[l] : in->high[l];
  }
  (void)lip_bilinear_box_form(&in->box, block, in->at_low, in->at_high);
}

static bool signs_are_few(const lip_forms *in)
{
  size_t rows = in->box.f + 1, q = in->box.q, shorter = rows < q ? rows : q;

  return shorter <= LIP_MOST_SIGNS && ldexp(1, (int)shorter) * (double)(rows + q) <= CHEAP_SIGNS;
}

/* The neuron of the largest multiplier, or of the largest row of U. */
static size_t choose_neuron(const lip_forms *in, bool plain)
{
  size_t pick = in->claim->k;
  double most = -1;

  for (size_t i = 0; i < in->box.f; i++) {
    double weight = plain ? 0 : in->relaxation.row[i + 1];

    for (size_t e = 0; plain && e < in->box.q; e++)
      weight += fabs(in->box.U[(i + 1) * in->box.q + e]);
    if (!(weight > most)) continue;
    most = weight;
    pick = in->box.neuron[i];
  }
  return pick;
}

/* What holds of the parent holds of U: t_l = +-t_0 adds the multipliers of both. Found is worse. */
static void inherit(lip_forms *in, const lip_pattern_node *parent, lip_form_bound *found)
{
  size_t place = 1, rows = in->box.f + 1, q = in->box.q;

  *found = (lip_form_bound){.value = parent->value, .plain = parent->plain};
  if (parent->plain || parent->free != rows + 1 + q) return;
  while (place < rows && in->box.neuron[place - 1] < parent->neuron) place++;
  memcpy(in->tau, parent->tau, place * sizeof *in->tau);
  memcpy(in->tau + place, parent->tau + place + 1, (rows + q - place) * sizeof *in->tau);
  in->tau[0] += parent->tau[place];
  found->numbers = rows + q;
}

lip_status lip_forms_bound(lip_forms *in, const lip_pattern_node *parent, lip_form_bound *found,
                           lip_error *err)
{
  lip_status st = LIP_OK;
  size_t rows = in->box.f + 1, q = in->box.q;
  double bound;

  *found = (lip_form_bound){.value = lip_bilinear_box_sizes(&in->box), .plain = true};
  if (found->value > lip_forms_target(in) && signs_are_few(in)) {
    TRY(lip_bilinear_box_signs(&in->box, &bound, err));
    found->value = fmin(found->value, bound);
  } else if (found->value > lip_forms_target(in)) {
    bool warm = parent && parent->rows;

    if (!warm) lip_bilinear_relaxation_begin(&in->relaxation);
    for (size_t i = 0; warm && i < q * in->relaxation.rank; i++)
      in->relaxation.Y[i] = (double)parent->rows[i];
    TRY(lip_bilinear_relax(&in->relaxation, rows, in->box.U, parent ? NODE_TURNS : ROOT_TURNS,
                           lip_forms_target(in), &bound, in->control, err));
    if (bound < found->value) {
      *found = (lip_form_bound){.value = bound, .numbers = rows + q};
      memcpy(in->tau, in->relaxation.row, rows * sizeof *in->tau);
      memcpy(in->tau + rows, in->relaxation.column, q * sizeof *in->tau);
    }
  }
  if (parent && found->value > parent->value) inherit(in, parent, found);
  found->pick = choose_neuron(in, found->plain);
done:
  return st;
}

lip_status lip_forms_round(lip_forms *in, int tries, lip_error *err)
{
  lip_status st = LIP_OK;
  double value;

  lip_bilinear_round(&in->relaxation, in->box.f + 1, in->box.U, tries, in->t, in->spare, &value);
  if (lip_forms_is_gain(in, value)) TRY(lip_forms_offer_signs(in, in->t, err));
done:
  return st;
}
