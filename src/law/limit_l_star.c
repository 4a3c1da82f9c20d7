/* limit_l_star.c - L* of a function's values: between two points it rises by |f(x) - f(x')|.

   The steepest pairs are found in floating point; each slope is then rounded downward, from values
   that are enclosed and a distance that is rounded upward. On a sphere the points meant are radius
   x / |x|, and distances are arcs: the constant there is that for arc length. A function that fits
   labels at points beside the sphere may be constant on it: labels count at points that lie on it
   up to rounding, and are those of radius x / |x|. Source: McShane, Kirszbraun (theory.md B24).
   cost  n^2 (d + m) products in single precision */
#include "law/limit.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { CANDIDATES = 64 };
static const double BESIDE = 0x1p-20;    /* of the radius: points as rounded to single precision */
static const double WIDER = 1 + 0x1p-49; /* of what the C library's asin returns */

/* The values at point i say something about the domain. */
static bool counts(const lip_limit_job *job, size_t i)
{
  double radius = job->domain.radius;

  if (!job->inside[i]) return false;
  if (job->net || job->domain.kind != LIP_ON_SPHERE) return true;
  return fabs(lip_interval_norm(job->d, job->X + i * job->d).high - radius) <= BESIDE * radius;
}

/* The points that count, with the values' middles as labels. */
static lip_status collect(const lip_limit_job *job, lip_dataset **data, size_t **place,
                          lip_error *err)
{
  lip_status st = LIP_OK;
  size_t count = 0, *kept = lip_alloc(job->n, sizeof *kept);

  if (!kept) FAIL(LIP_ENOMEM, "%zu points", job->n);
  for (size_t i = 0; i < job->n; i++)
    if (counts(job, i)) kept[count++] = i;
  if (count == 0) goto done;
  TRY(lip_dataset_create(count, job->d, job->m, data, err));
  for (size_t i = 0; i < count; i++) {
    double *x = (*data)->X + i * job->d, length = 0;

    memcpy(x, job->X + kept[i] * job->d, job->d * sizeof *x);
    if (job->domain.kind == LIP_ON_SPHERE) {
      length = lip_interval_norm(job->d, x).high;
      for (size_t l = 0; l < job->d; l++) x[l] = x[l] / length * job->domain.radius;
    }
    for (size_t l = 0; l < job->m; l++) {
      lip_interval f = job->on[kept[i] * job->m + l];

      (*data)->y[i * job->m + l] = f.low == f.high ? f.low : f.low / 2 + f.high / 2;
    }
  }
  *place = kept;
  kept = NULL;
done:
  lip_free(kept);
  return st;
}

/* The arc between radius x / |x| and radius y / |y|, rounded up: 2 radius asin(half the chord of
   the unit sphere), the chord being | |y| x - |x| y | / (|x| |y|). */
static double arc_up(const lip_limit_job *job, const double *x, const double *y, double *work)
{
  lip_interval a = lip_interval_norm(job->d, x), b = lip_interval_norm(job->d, y);
  double chord, arc, product = lip_interval_mul(a, b).low;

  for (size_t i = 0; i < job->d; i++) {
    lip_interval t = lip_interval_sub(lip_interval_mul(b, lip_interval_of(x[i])),
                                      lip_interval_mul(a, lip_interval_of(y[i])));

    work[i] = fmax(-t.low, t.high);
  }
  chord = product > 0 ? lip_div_up(lip_interval_norm(job->d, work).high, product) : 2;
  arc = chord < 2 ? lip_mul_up(2 * asin(chord / 2), WIDER) : 3.1415926535897936;
  return lip_mul_up(arc, job->domain.radius);
}

/* A proved pair, kept if it is among the steepest. */
static void keep(lip_limit_finding *finding, lip_limit_pair pair)
{
  size_t at = finding->pairs;

  while (at > 0 && finding->pair[at - 1].slope < pair.slope) at--;
  if (at == LIP_LIMIT_PAIRS) return;
  if (finding->pairs < LIP_LIMIT_PAIRS) finding->pairs++;
  memmove(finding->pair + at + 1, finding->pair + at,
          (finding->pairs - at - 1) * sizeof *finding->pair);
  finding->pair[at] = pair;
}

static lip_status prove(const lip_limit_job *job, size_t count, const lip_pair *pairs,
                        const size_t *place, lip_limit_finding *finding, lip_error *err)
{
  double *work = lip_alloc(job->d, sizeof *work);

  if (!work) return lip_fail(err, LIP_ENOMEM, "%zu numbers", job->d);
  for (size_t c = 0; c < count; c++) {
    size_t i = place[pairs[c].i], j = place[pairs[c].j];
    const double *x = job->X + i * job->d, *y = job->X + j * job->d;
    double rise = lip_limit_apart(job->m, job->on + i * job->m, job->on + j * job->m);
    double run = job->domain.kind == LIP_ON_SPHERE ? arc_up(job, x, y, work)
                                                   : lip_limit_distance_up(job->d, x, y, work);

    if (!(rise > 0)) continue;
    keep(finding,
         (lip_limit_pair){i, j, run, run > 0 ? fmax(0, lip_div_down(rise, run)) : INFINITY});
  }
  lip_free(work);
  return LIP_OK;
}

static lip_status run(const lip_limit_job *job, lip_limit_finding *finding,
                      const lip_control *control, lip_error *err)
{
  lip_status st = LIP_OK;
  lip_dataset *data = NULL;
  size_t *place = NULL, count = 0;
  lip_pair pairs[CANDIDATES];
  double value;

  if (job->domain.kind == LIP_AROUND_DATA)
    return lip_limit_refuse(finding, "the segment between two points may leave the domain's balls");
  if (job->domain.kind == LIP_ON_SPHERE && job->d == 1)
    return lip_limit_refuse(finding, "the sphere of one input is two points, not connected");
  TRY(collect(job, &data, &place, err));
  if (!data) {
    (void)lip_limit_refuse(finding, job->domain.kind == LIP_ON_SPHERE
                                        ? "no point lies on the sphere: what fits beside it may "
                                          "be constant there"
                                        : "no point lies in the domain");
    goto done;
  }
  TRY(lip_smallest_constant(data, CANDIDATES, pairs, &count, &value, control, err));
  TRY(prove(job, count, pairs, place, finding, err));
  finding->value = finding->pairs ? finding->pair[0].slope : 0;
  finding->within = true;
  if (!job->net && job->domain.kind == LIP_ON_SPHERE)
    finding->family = "any function with these labels at R x / |x|";
  (void)snprintf(finding->domain, sizeof finding->domain,
                 job->domain.kind == LIP_ON_SPHERE ? "arcs between the data" : "hull of the data");
  if (finding->pairs)
    (void)snprintf(finding->note, sizeof finding->note, "points %zu and %zu, %.6g apart",
                   finding->pair[0].i, finding->pair[0].j, finding->pair[0].distance);
done:
  lip_dataset_free(data);
  lip_free(place);
  return st;
}

const lip_limit_kind lip_limit_l_star = {"l-star", "McShane, Kirszbraun (theory.md B24)",
                                         "any function", LIP_LIMITS_CONSTANT, run};
