/* cmd_certify.c - liplaw certify: lower limits that the data prove, beside the bracket. */
#include "cli/cli.h"

#include "base/error.h"
#include "data/read_options.h"
#include "law/limits_options.h"

#include <liplaw/limits.h>

#include <math.h>
#include <string.h>

static const char *limited_name(lip_limited of)
{
  static const char *const names[] = {[LIP_LIMITS_CONSTANT] = "constant",
                                      [LIP_LIMITS_PATH_NORM] = "path-norm",
                                      [LIP_LIMITS_PRODUCT] = "product"};

  return names[of];
}

static json_t *text_or_null(const char *text)
{
  return text[0] ? cli_text(text) : json_null();
}

static json_t *limits_json(const lip_limits *found)
{
  json_t *list = json_array();

  for (size_t i = 0; i < found->limits; i++) {
    const lip_limit *limit = &found->limit[i];
    json_t *one = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "name",
        limit->name, "source", limit->source, "family", limit->family, "of",
        limited_name(limit->of), "domain", text_or_null(limit->domain), "value",
        cli_number(limit->value), "applies", !isnan(limit->value), "why_not",
        text_or_null(limit->why_not), "for_exact_fit", cli_number(limit->for_exact_fit),
        "why_not_exact", text_or_null(limit->why_not_exact), "compared", limit->compared, "lower",
        cli_number(limit->lower), "upper", cli_number(limit->upper), "note",
        text_or_null(limit->note));

    if (json_array_append_new(list, one) != 0) break;
  }
  return list;
}

static json_t *pairs_json(size_t count, const lip_limit_pair *pairs)
{
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++)
    if (json_array_append_new(list, json_pack("{s:I, s:I, s:o, s:o}", "i", (json_int_t)pairs[i].i,
                                              "j", (json_int_t)pairs[i].j, "distance",
                                              cli_number(pairs[i].distance), "slope",
                                              cli_number(pairs[i].slope))) != 0)
      break;
  return list;
}

static int answer_json(const lip_limits *found)
{
  json_t *bracket = json_pack("{s:s, s:o, s:o, s:b, s:s, s:s, s:o}", "domain", found->domain,
                              "lower", cli_number(found->lower), "upper",
                              cli_number(isnan(found->lower) ? NAN : found->upper), "certified",
                              found->certified, "lower_method", found->lower_method, "upper_method",
                              found->upper_method, "why_not", text_or_null(found->why_no_bracket));

  return cli_answer_json("ok",
                         json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "n", (json_int_t)found->n,
                                   "d", (json_int_t)found->d, "k",
                                   found->k ? json_integer((json_int_t)found->k) : json_null(),
                                   "bracket", bracket, "limits", limits_json(found), "pairs",
                                   pairs_json(found->pairs, found->pair), "label_pairs",
                                   pairs_json(found->label_pairs, found->label_pair)));
}

static void print_bracket(const lip_limits *found)
{
  if (found->why_no_bracket[0])
    (void)printf("no bracket: %s\n", found->why_no_bracket);
  else if (!isnan(found->lower))
    (void)printf("%s bracket on %s: [%.10g, %.10g], by %s and %s\n",
                 found->certified ? "certified" : "estimated", found->domain, found->lower,
                 found->upper, found->lower_method, found->upper_method);
}

static void print_number(double value)
{
  if (isnan(value))
    (void)printf(" %14s", "-");
  else
    (void)printf(" %14.8g", value);
}

static bool says_something(const lip_limit *limit)
{
  return !isnan(limit->value) || !isnan(limit->for_exact_fit);
}

/* A limit's row, and below it what it is about. */
static void print_limit(const lip_limit *limit, bool network)
{
  (void)printf("%-12s", limit->name);
  if (network) print_number(limit->value);
  print_number(limit->for_exact_fit);
  (void)printf("  %s\n%12s ", limit->family, "");
  if (limit->of == LIP_LIMITS_CONSTANT)
    (void)printf("on %s", limit->domain);
  else
    (void)printf("of %s, no constant",
                 limit->of == LIP_LIMITS_PATH_NORM ? "sum |a| |w|" : "|a| |W|");
  if (limit->note[0]) (void)printf("; %s", limit->note);
  if (limit->compared) (void)printf("; below %.10g, as it must be", limit->upper);
  (void)putchar('\n');
  if (network && limit->why_not[0])
    (void)printf("%12s not of this network: %s\n", "", limit->why_not);
  if (limit->why_not_exact[0])
    (void)printf("%12s not of exact fits: %s\n", "", limit->why_not_exact);
}

static int answer_text(const lip_limits *found, bool network)
{
  bool silent = false;

  cli_progress_end();
  (void)printf("%zu points in %zu dimensions", found->n, found->d);
  if (found->k) (void)printf(", k = %zu", found->k);
  (void)putchar('\n');
  print_bracket(found);
  (void)printf("\n%-12s", "at least");
  if (network) (void)printf(" %14s", "this network");
  (void)printf(" %14s  %s\n", "any exact fit", "of which functions");
  for (size_t i = 0; i < found->limits; i++)
    if (says_something(&found->limit[i]))
      print_limit(&found->limit[i], network);
    else
      silent = true;
  if (silent) (void)printf("\ndo not apply:\n");
  for (size_t i = 0; i < found->limits; i++)
    if (!says_something(&found->limit[i]))
      (void)printf("%-12s %s\n", found->limit[i].name,
                   network ? found->limit[i].why_not : found->limit[i].why_not_exact);
  return EXIT_DONE;
}

static int run(const command *self, int argc, char **argv)
{
  common_options common;
  lip_limits_options own = {.reading = NULL};
  lip_read_options reading = {.limit = 0};
  binding bound[] = {{lip_limits_option_table(), &own}, {lip_read_option_table(), &reading}};
  lip_net *net = NULL;
  lip_dataset *data = NULL;
  lip_limits found;
  lip_error err = {""};
  lip_status st = LIP_OK;
  const char *path[2];
  bool network;
  int code = cli_parse(self, argc, argv, &common, bound, 2, path, 2, 0);

  if (code >= 0) return code;
  own.reading = &reading;
  network = strcmp(path[0], "-") != 0;
  if (network && own.k > 0)
    return cli_usage(self, &common, "--k: a network has its own; give '-' in its place");
  if (network) TRY(lip_net_read(path[0], &net, &err));
  TRY(lip_dataset_read(path[1], &reading, &data, &err));
  TRY(lip_find_limits(net, data, &own, &found, cli_control(), &err));
done:
  if (st != LIP_OK)
    code = cli_fail(self, &common, st, &err);
  else
    code = common.json ? answer_json(&found) : answer_text(&found, network);
  lip_dataset_free(data);
  lip_net_free(net);
  return code;
}

const command certify_command = {
    "certify",
    "NET|- DATA [--domain space|ball[:R]|sphere[:R]|box:LO,HI] [--k K] [--power P] "
    "[--time-limit S] [--positive LABELS]",
    "lower limits on the constant that the data prove, of a network and of every exact fit", run};
