# What liplaw is built on. Each missing piece is named with the Debian package that brings it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(liplaw_pkg target module package)
  pkg_check_modules(${target} QUIET IMPORTED_TARGET ${module})
  if(NOT ${target}_FOUND)
    message(FATAL_ERROR "${module} is missing: apt install ${package}")
  endif()
endfunction()

liplaw_pkg(OPENBLAS openblas libopenblas-dev)
liplaw_pkg(ZLIB zlib zlib1g-dev)
liplaw_pkg(JANSSON jansson libjansson-dev)
liplaw_pkg(SQLITE sqlite3 libsqlite3-dev)
liplaw_pkg(PROTOBUFC libprotobuf-c libprotobuf-c-dev)
liplaw_pkg(CRYPTO libcrypto libssl-dev)

# oneDNN's own CMake package asks for OpenCL headers that nothing here needs.
find_path(DNNL_INCLUDE dnnl.h)
find_library(DNNL_LIBRARY dnnl)
if(NOT DNNL_INCLUDE OR NOT DNNL_LIBRARY)
  message(FATAL_ERROR "oneDNN is missing: apt install libdnnl-dev")
endif()

find_path(RANDOM123_INCLUDE Random123/philox.h)
if(NOT RANDOM123_INCLUDE)
  message(FATAL_ERROR "Random123 is missing: apt install librandom123-dev")
endif()

find_program(PROTOC_C protoc-c)
find_path(ONNX_PROTO_DIR onnx/onnx.proto)
if(NOT PROTOC_C)
  message(FATAL_ERROR "protoc-c is missing: apt install protobuf-c-compiler")
endif()
if(NOT ONNX_PROTO_DIR)
  message(FATAL_ERROR "onnx.proto is missing: apt install libonnx-dev")
endif()
