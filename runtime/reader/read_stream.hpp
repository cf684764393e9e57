// The whole way of one input: bytes -> decompression -> UTF-8 -> sniffed form -> splitter -> sink.
// The public functions of shrike/reader.hpp are in reader.cpp, which calls this for every file.
#pragma once

#include <cstddef>
#include <string_view>

#include "runtime/reader/byte_source.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

/// Reads one input to its end, or until the sink wants no more (`stopped` tells). `chunk` is how much text is
/// read at once. Errors: kIo. Damaged compression is no error but a reject.
Expected<void> read_stream(ByteSource& stored, std::string_view name, const ReadLimits& limits,
                           RecordSink& sink, std::size_t chunk, bool& stopped);

}  // namespace shrike::reader
