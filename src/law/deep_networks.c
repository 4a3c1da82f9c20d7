/* deep_networks.c - universal law, section 3: networks of D layers, p parameters of which one is
   used at most Q times, points in a ball of radius R.

   (3.1) bounds how fast the network moves with its parameters by their size W: as printed J =
   R (W Q p)^D; mended, without skip connections and biases, J = R sqrt(Q D) B with B the largest
   product of the norms of all layers but one. (3.2) takes B itself. Source: Bubeck, Sellke,
   Lemma 3.1 (U8, U9, U10); `corrected` and `sharp` are proved in docs/theory.md. Networks with skip
   connections and biases: liplaw law architecture. */
#include "law/deep.h"

#include <math.h>

/* Each layer has a parameter. */
static lip_status check_depth(const lip_law_input *in, lip_error *err)
{
  if (in->depth <= in->p) return LIP_OK;
  return lip_fail(err, LIP_EOPTION, "depth = %.15g is above p = %.15g: each layer has a parameter",
                  in->depth, in->p);
}

static double log_box(const lip_law_input *in)
{
  return log(2 * in->W) + log(in->p) / 2; /* 2 W sqrt p */
}

static void assume_network(const lip_law_input *in, bool mended, lip_law_result *out)
{
  law_assume(out, LIP_UNKNOWN, "1-Lipschitz activations with sigma(0) = 0%s",
             mended ? "; layer after layer, no skip connections, no biases"
                    : ": as printed, with biases and skip connections, which the proof leaves out");
  law_assume(out, LIP_UNKNOWN, "|x| <= R = %.6g for all points", in->radius);
  if (!isnan(in->J) || !isnan(in->diam))
    law_assume(out, LIP_YES, "J and diam, as given, are not used: the network's own are");
}

/* (3.1) as printed: J = R (W Q p)^D. */
static lip_status by_weights_paper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  lip_status st = LIP_OK;
  deep_class at = {log(in->radius) + in->depth * log(in->W * in->multiplicity * in->p),
                   log_box(in)};

  TRY(check_depth(in, err));
  TRY(deep_law(&law_theorem_3_paper, in, &at, out, err));
  assume_network(in, false, out);
  law_at_least(out, in->W, 1, "W >= 1");
  law_constant(out, "sqrt(n d / (D p))", sqrt(in->n * in->d / (in->depth * in->p)),
               "universal law, (3.1)");
done:
  return st;
}

/* log of R sqrt(Q D) B. */
static double mended(const lip_law_input *in, double log_product)
{
  return log(in->radius) + log(in->multiplicity * in->depth) / 2 + log_product;
}

/* |W_j|_op <= |W_j|_F <= W sqrt(p_j Q); of the products of all but one, sum p_j <= p bounds the
   largest, by the mean of the logarithms. */
static double log_product_of_box(const lip_law_input *in)
{
  double others = in->depth - 1;

  return others > 0 ? others * (log(in->W) + log(in->p * in->multiplicity / others) / 2) : 0;
}

static lip_status by_weights(const lip_law *theorem, const lip_law_input *in, lip_law_result *out,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  deep_class at = {mended(in, log_product_of_box(in)), log_box(in)};

  TRY(check_depth(in, err));
  TRY(deep_law(theorem, in, &at, out, err));
  assume_network(in, true, out);
  law_constant(out, "sqrt(n d / (D p))", sqrt(in->n * in->d / (in->depth * in->p)),
               "universal law, (3.1)");
done:
  return st;
}

static lip_status by_weights_corrected(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  return by_weights(&law_theorem_3_corrected, in, out, err);
}

static lip_status by_weights_sharp(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  return by_weights(&law_theorem_3_sharp, in, out, err);
}

/* (3.2): J = B Q R sqrt p as printed, R sqrt(Q D) B mended. */
static lip_status by_product(const lip_law *theorem, const lip_law_input *in, lip_law_result *out,
                             lip_error *err)
{
  lip_status st = LIP_OK;
  bool paper = theorem == &law_theorem_3_paper;
  deep_class at = {paper
                       ? log(in->product) + log(in->multiplicity) + log(in->radius) + log(in->p) / 2
                       : mended(in, log(in->product)),
                   log_box(in)};

  TRY(check_depth(in, err));
  TRY(deep_law(theorem, in, &at, out, err));
  assume_network(in, !paper, out);
  law_assume(out, LIP_UNKNOWN,
             paper ? "B(w) <= %.6g in the class; its convexity, used in the proof, is false"
                   : "|W_j|_op <= beta_j in the class, and all beta_j but one have a "
                     "product of at most %.6g",
             in->product);
  law_constant(out, "sqrt(n d / (p log B))",
               in->product > 1 ? sqrt(in->n * in->d / (in->p * log(in->product))) : NAN,
               "universal law, (3.2)");
done:
  return st;
}

static lip_status by_product_paper(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  return by_product(&law_theorem_3_paper, in, out, err);
}

static lip_status by_product_corrected(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  return by_product(&law_theorem_3_corrected, in, out, err);
}

static lip_status by_product_sharp(const lip_law_input *in, lip_law_result *out, lip_error *err)
{
  return by_product(&law_theorem_3_sharp, in, out, err);
}

#define DEEP_LAW(variable, name, title, source, needs, may, solves, evaluate)                      \
  const lip_law variable = {name, title, source, needs, may, solves, "L", evaluate}
#define SIZES "n d p depth multiplicity radius W delta c mixture"
#define NOISE "sigma2 L_star"
#define FITS  "net_radius positive L_star"

DEEP_LAW(law_deep_3_1_paper, "deep-3.1-paper",
         "D layers, weights up to W: Theorem 3 with J = R (W Q p)^D, as printed",
         "universal law (Bubeck, Sellke), (3.1), Lemma 3.1", SIZES " eps", NOISE,
         "p n d depth W eps c", by_weights_paper);
DEEP_LAW(law_deep_3_1_corrected, "deep-3.1-corrected",
         "the same with J = R sqrt(Q D) (W sqrt(p Q / (D - 1)))^(D - 1) and 144 in place of 2^9",
         "universal law (Bubeck, Sellke), (3.1), Lemma 3.1; constants " DERIVED, SIZES " eps",
         NOISE, "p n d depth W eps c", by_weights_corrected);
DEEP_LAW(law_deep_3_1_sharp, "deep-3.1-sharp",
         "the same for exact fits of random signs, by theorem-3-sharp",
         "universal law (Bubeck, Sellke), (3.1), Lemma 3.1; form and constants " DERIVED,
         SIZES " fit_error", FITS, "p n d depth W c delta fit_error", by_weights_sharp);
DEEP_LAW(law_deep_3_2_paper, "deep-3.2-paper",
         "D layers, product of norms B: Theorem 3 with J = B Q R sqrt p, as printed",
         "universal law (Bubeck, Sellke), (3.2), Lemma 3.1", SIZES " product eps", NOISE,
         "p n d W product eps c", by_product_paper);
DEEP_LAW(law_deep_3_2_corrected, "deep-3.2-corrected",
         "the same with J = R sqrt(Q D) B, over {|W_j| <= beta_j}, and 144 in place of 2^9",
         "universal law (Bubeck, Sellke), (3.2), Lemma 3.1; constants " DERIVED,
         SIZES " product eps", NOISE, "p n d W product eps c", by_product_corrected);
DEEP_LAW(law_deep_3_2_sharp, "deep-3.2-sharp",
         "the same for exact fits of random signs, by theorem-3-sharp",
         "universal law (Bubeck, Sellke), (3.2), Lemma 3.1; form and constants " DERIVED,
         SIZES " product fit_error", FITS, "p n d W product c delta fit_error", by_product_sharp);
