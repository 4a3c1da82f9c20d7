/* html.h - writing HTML: templates with escaped arguments. */
#ifndef LIP_REPORT_HTML_H
#define LIP_REPORT_HTML_H

#include <liplaw/status.h>

#include <stdio.h>

/* As fprintf, but what %s stands for is escaped (& < > " '); the template is written as it is.
   Takes the conversions d, zu, s, c, e, f, g with flags, width and precision. */
void html(FILE *out, const char *template, ...) __attribute__((format(printf, 2, 3)));

/* Text with mathematics in plain letters, escaped: "<=" and "sqrt" become signs. */
void html_math(FILE *out, const char *text);

/* A number with so many decimals; a dash where it is NaN, the sign of infinity where it is
   infinite. */
void html_number(FILE *out, double value, int decimals);

/* " to " between two of them, in brackets: a range or an interval. Infinite ends are left open. */
void html_range(FILE *out, double low, double high, int decimals);

/* Copies an svg file into the page: without its prologue, and with `prefix` before every id, so
   that several can stand in one page. */
LIP_MUST_CHECK lip_status html_inline_svg(FILE *out, const char *path, const char *prefix,
                                          lip_error *err);

#endif
