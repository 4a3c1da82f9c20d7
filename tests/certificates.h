/* certificates.h - small certificates for tests. */
#ifndef LIP_TESTS_CERTIFICATES_H
#define LIP_TESTS_CERTIFICATES_H

#include "data_files.h"
#include "networks.h"

#include "base/memory.h"
#include "certificate/certificate.h"

/* x -> 2 relu(3 x): its constant is 6. */
static inline lip_net *six(void)
{
  lip_net *net = NULL;

  assert_int_equal(lip_net_create(2, (size_t[]){1, 1, 1},
                                  (lip_activation[]){{LIP_RELU, 0}, {LIP_IDENTITY, 0}},
                                  (bool[]){false, false}, LIP_F64, &net, NULL),
                   LIP_OK);
  net->layer[0].W[0] = 3;
  net->layer[1].W[0] = 2;
  return net;
}

/* The claim of all outputs, norm 2, on the space. */
static inline lip_claim *claim_of(const lip_net *net, lip_output output, lip_norm_kind norm,
                                  lip_domain domain)
{
  lip_claim *claim = NULL;

  assert_int_equal(lip_claim_create(net, output, norm, domain, &claim, NULL), LIP_OK);
  return claim;
}

static const lip_output all_outputs = {LIP_ALL_OUTPUTS, 0, 0};
static const lip_domain whole_space = {.kind = LIP_SPACE};

/* lower <= 2 relu(3 x) <= upper, by the witness x = 1 and the path norm. */
static inline lip_certificate *six_within(double lower, double upper)
{
  static const double one = 1;
  lip_net *net = six();
  lip_claim *claim = claim_of(net, all_outputs, LIP_NORM_2, whole_space);
  lip_proof proof = {.kind = &lip_proof_path_norm};
  lip_certificate *made = NULL;

  assert_int_equal(lip_certificate_make(claim, lower, &one, &one, upper, &proof, &made, NULL),
                   LIP_OK);
  lip_claim_free(claim);
  lip_net_free(net);
  return made;
}

#endif
