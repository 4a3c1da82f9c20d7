/* cmd_check.c - liplaw check: proves a certificate again, without any solver. */
#include "cli/cli.h"

#include "certificate/certificate.h"
#include "certificate/domain.h"

#include <stdio.h>

/* What is claimed, in words that stand for themselves. */
typedef struct words {
  char domain[128], output[64];
} words;

static words describe(const lip_certificate *certificate)
{
  words made;

  (void)lip_domain_format(certificate->domain, made.domain, sizeof made.domain);
  (void)lip_output_format(certificate->output, made.output, sizeof made.output);
  return made;
}

static int answer_json(const lip_certificate *certificate, const lip_check_result *result)
{
  words claim = describe(certificate);
  int code = cli_answer_json(
      result->valid ? "ok" : "refuted",
      json_pack("{s:b, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "valid", result->valid,
                "lower", cli_number(result->lower), "upper", cli_number(result->upper), "seconds",
                cli_number(result->seconds), "proof", result->proof, "norm",
                lip_norm_name(certificate->norm), "domain", claim.domain, "output", claim.output,
                "network", certificate->network, "reason",
                result->valid ? json_null() : cli_text(result->reason)));

  return result->valid ? code : EXIT_BAD;
}

static int answer_text(const char *path, const lip_certificate *certificate,
                       const lip_check_result *result)
{
  words claim = describe(certificate);

  cli_progress_end();
  if (result->valid)
    (void)printf("valid: both ends are proved again, rounding counted\n");
  else
    (void)printf("refuted: %s\nWhat the certificate claims:\n", result->reason);
  (void)printf("%.17g <= Lipschitz constant of %s <= %.17g\n", result->lower, path, result->upper);
  (void)printf("output %s, norm %s, on %s; upper end by %s (%s); %.2f s\n", claim.output,
               lip_norm_name(certificate->norm), claim.domain, result->proof,
               certificate->proof.kind->source, result->seconds);
  return result->valid ? EXIT_DONE : EXIT_BAD;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_net *net = NULL;
  lip_certificate *certificate = NULL;
  lip_check_result result;
  lip_error err = {""};
  lip_status st;
  const char *path[2];
  int code = cli_parse(self, argc, argv, &common, NULL, 0, path, 2, 0);

  if (code >= 0) return code;
  st = lip_net_read(path[0], &net, &err);
  if (st == LIP_OK) st = lip_certificate_read(path[1], &certificate, &err);
  if (st == LIP_OK) st = lip_check(net, certificate, &result, cli_control(), &err);
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(certificate, &result)
                       : answer_text(path[0], certificate, &result);
  lip_certificate_free(certificate);
  lip_net_free(net);
  return code;
}

const command check_command = {
    "check", "NET CERTIFICATE",
    "proves again, without any solver, the bracket that a certificate states for a network", run};
