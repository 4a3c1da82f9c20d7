/* network_hash.h - the name of a network: the SHA-256 of its content. */
#ifndef LIP_CERTIFICATE_NETWORK_HASH_H
#define LIP_CERTIFICATE_NETWORK_HASH_H

#include <liplaw/net.h>

enum { LIP_HASH_TEXT = 65 }; /* 64 hexadecimal digits and a 0 byte */

/* The hash of the bytes that docs/formats.md describes ("The hash of a network"). Networks that are
   the same layers with the same real numbers have the same bytes, whatever file they came from: a
   layer without a bias is one with zeros, -0 is 0, and floats are the doubles that equal them. What
   is no chain of layers is named by its nodes, in their order; their names in the file do not
   count. return  LIP_OK; LIP_ENOMEM cost    one pass over the weights, about a gigabyte a second */
LIP_MUST_CHECK lip_status lip_network_hash(const lip_net *net, char hash[LIP_HASH_TEXT],
                                           lip_error *err);

#endif
