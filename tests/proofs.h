/* proofs.h - what a proof proves, for tests. */
#ifndef LIP_TESTS_PROOFS_H
#define LIP_TESTS_PROOFS_H

#include "certificate/proof.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Does it prove that the claim's constant is at most `upper`? Where it does not, it must say why.
 */
static inline bool proves(const lip_claim *claim, const lip_proof *proof, double upper)
{
  lip_verdict verdict;
  lip_error err = {""};

  if (proof->kind->verify(claim, proof, upper, &verdict, NULL, &err) != LIP_OK)
    fail_msg("%s", err.text);
  assert_true(verdict.proved || verdict.reason[0]);
  return verdict.proved;
}

#endif
