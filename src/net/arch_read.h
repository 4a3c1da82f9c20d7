/* arch_read.h - a network as a list of layers in JSON beside an archive of weights. */
#ifndef LIP_NET_ARCH_READ_H
#define LIP_NET_ARCH_READ_H

#include <liplaw/net.h>

/* Reads NAME.arch.json, whose layers name arrays of the archive (npz or safetensors) at path,
   NAME.npz or NAME.safetensors; docs/formats.md says what it may hold.
   return  LIP_OK; LIP_EIO; LIP_EINPUT with file, layer and cause; LIP_ENUMERIC; LIP_ENOMEM */
LIP_MUST_CHECK lip_status lip_arch_read(const char *path, bool is_npz, lip_net **net,
                                        lip_error *err);

#endif
