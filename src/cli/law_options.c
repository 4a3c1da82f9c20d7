/* law_options.c - every quantity of the laws as an option. */
#include "cli/law_options.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

static const lip_option rows[] = {
#define OPTION_ROW(name, option, range, meaning)                                                   \
  {option, 0, LIP_OPT_TEXT, offsetof(law_texts, name), NULL, 0, 0, NULL, "", meaning},
    LIP_QUANTITY_LIST(OPTION_ROW)
#undef OPTION_ROW
};

lip_option_table law_option_table(void)
{
  return (lip_option_table){rows, sizeof rows / sizeof *rows};
}

lip_status law_read_quantities(const law_texts *texts, lip_law_input *input, lip_error *err)
{
  const lip_quantity *quantity;

  lip_law_defaults(input);
  for (size_t i = 0; (quantity = lip_quantity_at(i)); i++) {
    const char *text = *(const char *const *)(const void *)((const char *)texts + rows[i].offset);
    char *end;

    if (!text) continue;
    *lip_quantity_of(quantity, input) = strtod(text, &end);
    if (end == text || *end || isnan(*lip_quantity_of(quantity, input)))
      return lip_fail(err, LIP_EOPTION, "--%s: '%s' is not a number", quantity->option, text);
  }
  return LIP_OK;
}
