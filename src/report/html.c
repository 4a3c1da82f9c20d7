/* html.c - writing HTML: templates with escaped arguments. */
#include "report/html.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static void escape(FILE *out, const char *text)
{
  for (; *text; text++) {
    switch (*text) {
    case '&':
      (void)fputs("&amp;", out);
      break;
    case '<':
      (void)fputs("&lt;", out);
      break;
    case '>':
      (void)fputs("&gt;", out);
      break;
    case '"':
      (void)fputs("&quot;", out);
      break;
    case '\'':
      (void)fputs("&#39;", out);
      break;
    default:
      (void)fputc(*text, out);
    }
  }
}

/* The conversions take their arguments one by one, so that only %s goes through escape(). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void convert(FILE *out, const char *spec, size_t length, va_list *args)
{
  char one[32];

  if (length >= sizeof one) return;
  memcpy(one, spec, length);
  one[length] = 0;
  switch (one[length - 1]) {
  case '%':
    (void)fputc('%', out);
    break;
  case 's':
    escape(out, va_arg(*args, const char *));
    break;
  case 'u':
    (void)fprintf(out, one, va_arg(*args, size_t));
    break; /* %zu */
  case 'd':
  case 'c':
    (void)fprintf(out, one, va_arg(*args, int));
    break;
  default:
    (void)fprintf(out, one, va_arg(*args, double));
    break;
  }
}
#pragma GCC diagnostic pop

void html(FILE *out, const char *template, ...)
{
  va_list args;

  va_start(args, template);
  while (*template) {
    size_t plain = strcspn(template, "%"), length;

    (void)fwrite(template, 1, plain, out);
    template += plain;
    if (!*template) break;
    length = 1 + strspn(template + 1, "-+ #0123456789.z");
    convert(out, template, length + 1, &args);
    template += length + 1;
  }
  va_end(args);
}

void html_math(FILE *out, const char *text)
{
  static const char *const signs[][2] = {{"<=", "≤"}, {">=", "≥"}, {"sqrt", "√"}};

  while (*text) {
    const char one[2] = {*text, 0};
    size_t i = 0, count = sizeof signs / sizeof *signs;

    while (i < count && strncmp(text, signs[i][0], strlen(signs[i][0])) != 0) i++;
    if (i < count)
      (void)fputs(signs[i][1], out);
    else
      escape(out, one);
    text += i < count ? strlen(signs[i][0]) : 1;
  }
}

void html_number(FILE *out, double value, int decimals)
{
  char text[64];
  const char *shown = text;

  if (isnan(value)) {
    (void)fputs("–", out);
    return;
  }
  if (isinf(value)) {
    (void)fputs(value > 0 ? "∞" : "−∞", out);
    return;
  }
  (void)snprintf(text, sizeof text, "%.*f", decimals, value);
  if (text[0] == '-') {
    shown++;
    if (strspn(shown, "0.") != strlen(shown)) (void)fputs("−", out); /* no minus before zero */
  }
  (void)fputs(shown, out);
}

void html_range(FILE *out, double low, double high, int decimals)
{
  if (isinf(high)) {
    (void)fputs("above ", out);
    html_number(out, low, decimals);
  } else if (isinf(low)) {
    html(out, "below ");
    html_number(out, high, decimals);
  } else {
    html_number(out, low, decimals);
    (void)fputs(" to ", out);
    html_number(out, high, decimals);
  }
}

/* The first of the marks that begins at `text`; NULL where none does. */
static const char *mark_at(const char *text)
{
  static const char *const marks[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};

  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (strncmp(text, marks[i], strlen(marks[i])) == 0) return marks[i];
  return NULL;
}

lip_status html_inline_svg(FILE *out, const char *path, const char *prefix, lip_error *err)
{
  enum { LIMIT = 64 << 20 };
  lip_status st = LIP_OK;
  void *content = NULL;
  size_t size;
  const char *text, *end;

  TRY(lip_read_file(path, LIMIT, &content, &size, err));
  text = strstr(content, "<svg");
  end = text ? strstr(text, "</svg>") : NULL;
  if (!end) FAIL(LIP_EINPUT, "%s: is no whole svg figure", path);
  while (text < end) {
    const char *mark = mark_at(text);

    if (mark) {
      (void)fputs(mark, out);
      (void)fputs(prefix, out);
      text += strlen(mark);
    } else {
      (void)fputc(*text++, out);
    }
  }
  (void)fputs("</svg>\n", out);
done:
  lip_free(content);
  return st;
}
