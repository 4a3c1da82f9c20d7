/* lemmas.c - the study of lemmas: the constants that the papers do not name, or name too large. */
#include "study/lemmas.h"

#include "base/error.h"

static lip_status run_lemmas(study_run *run, lip_error *err)
{
  lip_status st = LIP_OK;

  TRY(study_random_sums(run, err));
  TRY(study_random_tensors(run, err));
  TRY(study_subgaussian_sums(run, err));
done:
  return st;
}

const study lemmas_study = {
    .name = "lemmas",
    .summary = "the constants of Lemmas 4 and 5 and of Proposition 1.2, with confidence intervals",
    .title = "How large are the constants that the lemmas leave open?",
    .lede = "The two-layer paper bounds random sums (Lemma 4) and random tensors (Lemma 5) up to "
            "constants <var>C<sub>p</sub></var> that it does not name; the universal law adds "
            "subgaussian variables with a constant 18 (Proposition 1.2). Here they are estimated, "
            "with 95 % intervals, and the range of τ in Lemma 4 is put right.",
    .run = run_lemmas};
