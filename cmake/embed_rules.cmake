# Writes OUTPUT, a C++ file that holds every .shrike and .csv file below FOLDER: see standard_library.hpp.
# Run as `cmake -DFOLDER=… -DOUTPUT=… -P embed_rules.cmake`. The same files give the same output.
# The bytes are written as numbers: string literals have length limits, arrays have none.

file(GLOB_RECURSE files RELATIVE "${FOLDER}" "${FOLDER}/*.shrike" "${FOLDER}/*.csv")
list(SORT files)
list(LENGTH files count)

set(texts "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  file(READ "${FOLDER}/${file}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  # Lines of 20 bytes keep the generated file readable for editors and compilers.
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
                       "\\1\n" bytes "${bytes}")
  string(APPEND texts "// ${file}\nconst unsigned char text_${number}[] = {\n${bytes}0};\n\n")
  string(APPEND rows "    {\"${file}\", {reinterpret_cast<const char*>(text_${number}), ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUTPUT}"
     "// Made by cmake/embed_rules.cmake from the files in stdlib-rules/. Edit those.\n"
     "#include \"shrike/standard_library.hpp\"\n\n#include <array>\n\n"
     "namespace shrike {\nnamespace {\n\n"
     "${texts}"
     "}  // namespace\n\n"
     "std::span<const EmbeddedFile> standard_library() {\n"
     "  static const std::array<EmbeddedFile, ${count}> files{{\n${rows}  }};\n"
     "  return files;\n}\n\n"
     "}  // namespace shrike\n")
