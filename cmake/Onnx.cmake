# The ONNX messages in C, from the definition that libonnx-dev ships. Generated code is compiled
# without our warnings. Gives onnx_c (the source) and onnx_include.
set(onnx_include ${PROJECT_BINARY_DIR}/generated)
set(onnx_c ${onnx_include}/onnx/onnx.pb-c.c)
file(MAKE_DIRECTORY ${onnx_include})
add_custom_command(
  OUTPUT ${onnx_c} ${onnx_include}/onnx/onnx.pb-c.h
  COMMAND ${PROTOC_C} --c_out=${onnx_include} -I ${ONNX_PROTO_DIR} ${ONNX_PROTO_DIR}/onnx/onnx.proto
  DEPENDS ${ONNX_PROTO_DIR}/onnx/onnx.proto
  COMMENT "Generating the ONNX messages")
set_source_files_properties(${onnx_c} PROPERTIES COMPILE_OPTIONS -w)
