/* equal_rows.h - numbers the rows of a matrix so that equal rows have equal numbers. */
#ifndef LIP_DATA_EQUAL_ROWS_H
#define LIP_DATA_EQUAL_ROWS_H

#include <liplaw/status.h>

/* A  in   n x d, row-major, no NaN (0 and -0 are equal)
   number  out  n numbers from 0 without gaps, in the order of the sorted rows
   return  LIP_OK; LIP_ENOMEM;  cost  O(n log n) comparisons of rows, n indices */
LIP_MUST_CHECK lip_status lip_number_rows(const double *A, size_t n, size_t d, size_t *number,
                                          lip_error *err);

#endif
