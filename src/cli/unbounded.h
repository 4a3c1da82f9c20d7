/* unbounded.h - why a network has no bound from above on its domain, in words. */
#ifndef LIP_CLI_UNBOUNDED_H
#define LIP_CLI_UNBOUNDED_H

#include <liplaw/measure.h>

/* ": the slope of node 3, 'square_it' (square), grows without bound on the space; ...", or an empty
   text where no node's slope does. Returns buffer. */
const char *cli_unbounded(const lip_net *net, const lip_measurement *found, char *buffer,
                          size_t size);

/* The node; LIP_NOWHERE: there is none, or the domain bounds its slope. */
size_t cli_unbounded_node(const lip_net *net, const lip_measurement *found);

#endif
