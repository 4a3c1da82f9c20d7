/* cmd_refute.c - liplaw refute: tries to disprove a constant that somebody claims.

   The slope at a witness, certified, above the claim refutes it; a certified upper end at or below
   the claim proves it; between the two the question is open, and it is told why. The measurement
   stops as soon as one of the two is so. */
#include "cli/cli.h"
#include "cli/unbounded.h"

#include "base/error.h"
#include "base/memory.h"
#include "certificate/certificate.h"
#include "certificate/claim.h"
#include "certificate/witness.h"
#include "data/read_options.h"
#include "lipschitz/measure_options.h"

#include <liplaw/measure.h>

#include <math.h>
#include <string.h>

typedef struct own_options {
  double claim;
} own_options;

static const lip_option own_rows[] = {
    {"claim", 0, LIP_OPT_F64, offsetof(own_options, claim), NULL, 0, 1e308, NULL, "",
     "the Lipschitz constant that is said to hold"},
};

static const char *verdict_of(const lip_measurement *found, double claim)
{
  if (found->infinite) return "refuted";
  if (found->certified && found->lower > claim) return "refuted";
  if (found->certified && found->upper <= claim) return "proved";
  return "open";
}

static const double ROUNDING = 1e-9; /* relative: of ends that agree up to it */

/* Of an open question, in one sentence; else an empty text. Returns buffer. */
static const char *why_open(const lip_measurement *found, double claim, const char *verdict,
                            char *buffer, size_t size)
{
  double lower = found->lower, upper = found->upper;

  buffer[0] = 0;
  if (strcmp(verdict, "open") != 0) return buffer;
  if (!found->certified)
    (void)snprintf(buffer, size, "no bracket could be proved");
  else if (upper - lower <= ROUNDING * upper)
    (void)snprintf(buffer, size,
                   "the claim is the constant up to %.1g, relative, which is what rounding leaves "
                   "open; a claim of %.17g is proved",
                   fmax(upper - claim, claim - lower) / upper, upper);
  else
    (void)snprintf(buffer, size,
                   "the claim lies between the ends%s; a claim of %.17g is proved, one below %.17g "
                   "refuted",
                   strcmp(found->stopped, "time") == 0 ? ", with --time-limit at its end"
                                                       : ", and every method had its turn",
                   upper, lower);
  return buffer;
}

static json_t *numbers_json(size_t count, const double *numbers)
{
  json_t *list = json_array();

  for (size_t i = 0; numbers && i < count; i++)
    if (json_array_append_new(list, cli_number(numbers[i])) != 0) break;
  return list;
}

static void print_numbers(const char *name, size_t count, const double *numbers)
{
  (void)printf("%s:", name);
  for (size_t i = 0; i < count; i++) (void)printf(" %.17g", numbers[i]);
  (void)putchar('\n');
}

static int answer_json(size_t d, const lip_measurement *found, double claim, const char *verdict)
{
  char output[64], text[320];
  bool refuted = strcmp(verdict, "refuted") == 0;
  bool interrupted = strcmp(found->stopped, "interrupt") == 0;

  return cli_answer_json(
      refuted       ? "refuted"
      : interrupted ? "interrupted"
                    : "ok",
      json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o}",
                "verdict", verdict, "reason",
                verdict[0] == 'o' ? cli_text(why_open(found, claim, verdict, text, sizeof text))
                                  : json_null(),
                "claim", cli_number(claim), "lower", cli_number(found->lower), "upper",
                cli_number(found->upper), "certified", found->certified, "infinite",
                found->infinite, "norm", lip_norm_name(found->norm), "domain",
                cli_text(found->domain_text), "output",
                lip_output_format(found->output, output, sizeof output), "lower_method",
                found->lower_method, "upper_method", found->upper_method, "stopped", found->stopped,
                "witness", numbers_json(d, found->witness), "direction",
                found->direction ? numbers_json(d, found->direction) : json_null(), "seconds",
                cli_number(found->seconds)));
}

static void answer_text(const lip_net *net, const lip_measurement *found, double claim,
                        const char *verdict)
{
  size_t d = lip_net_inputs(net);
  char text[320];

  cli_progress_end();
  (void)printf("%s: the constant in norm %s on %s is claimed to be at most %.10g\n", verdict,
               lip_norm_name(found->norm), found->domain_text, claim);
  if (found->infinite)
    (void)printf("it is infinite%s\n", cli_unbounded(net, found, text, sizeof text));
  else
    (void)printf("%s bracket: [%.17g, %.17g], lower end by %s, upper end by %s; %.2f s\n",
                 found->certified ? "certified" : "estimated", found->lower, found->upper,
                 found->lower_method, found->upper_method, found->seconds);
  if (strcmp(verdict, "open") == 0)
    (void)printf("%s\n", why_open(found, claim, verdict, text, sizeof text));
  if (strcmp(verdict, "refuted") == 0 && found->direction) {
    (void)printf("at the witness, along the direction, the slope is at least %.17g\n",
                 found->lower);
    print_numbers("witness", d, found->witness);
    print_numbers("direction", d, found->direction);
  }
}

/* Where nothing bounds the constant from above, a witness alone can still refute the claim. */
static lip_status prove_witness(const lip_net *net, double claimed, lip_measurement *found,
                                bool *refuted, lip_error *err)
{
  lip_status st = LIP_OK;
  size_t d = lip_net_inputs(net);
  double slope = 0, *direction = NULL;
  lip_claim *claim = NULL;

  *refuted = false;
  if (found->certified || found->infinite || !(found->lower > claimed) || !found->witness ||
      found->domain.kind == LIP_AROUND_DATA)
    goto done;
  direction = lip_alloc(d, sizeof *direction);
  if (!direction) FAIL(LIP_ENOMEM, "a direction with %zu coordinates", d);
  TRY(lip_claim_create(net, found->output, found->norm, found->domain, &claim, err));
  TRY(lip_witness_slope(claim, found->witness, NULL, &slope, direction, err));
  if (!(slope > claimed)) goto done;
  *refuted = true;
  found->lower = slope;
  lip_free(found->direction);
  found->direction = direction;
  direction = NULL;
done:
  lip_claim_free(claim);
  lip_free(direction);
  return st;
}

static int run(const command *self, int argc, char **argv)
{
  bool refuted = false;
  common_options common;
  own_options own;
  lip_measure_options options = {.wider = NULL};
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{{own_rows, sizeof own_rows / sizeof *own_rows}, &own},
                     {lip_measure_option_table(), &options},
                     {lip_read_option_table(), &reading}};
  lip_net *net = NULL;
  lip_measurement found = {.bounds = 0};
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *path, *verdict = "open";
  int code = cli_parse(self, argc, argv, &common, bound, 3, &path, 1, 0);

  if (code >= 0) return code;
  options.reading = &reading;
  options.claim = &own.claim;
  TRY(lip_net_read(path, &net, &err));
  reading.unlabelled = lip_net_inputs(net);
  TRY(lip_measure(net, NULL, &options, &found, cli_control(), &err));
  TRY(prove_witness(net, own.claim, &found, &refuted, &err));
  verdict = refuted ? "refuted" : verdict_of(&found, own.claim);
done:
  if (st != LIP_OK) {
    code = cli_fail(self, &common, st, &err);
  } else {
    code = EXIT_DONE;
    if (common.json)
      code = answer_json(lip_net_inputs(net), &found, own.claim, verdict);
    else
      answer_text(net, &found, own.claim, verdict);
    if (strcmp(verdict, "refuted") == 0) code = EXIT_BAD;
  }
  lip_measurement_clear(&found);
  lip_net_free(net);
  return code;
}

const command refute_command = {
    "refute",
    "NET --claim L [--domain space|ball[:R]|sphere[:R]|box:LO,HI|data:FILE,R] [--norm 2|1|inf] "
    "[--output I|I-J] [--time-limit S]",
    "tries to disprove a claimed Lipschitz constant: a witness, or a proof that it holds", run};
