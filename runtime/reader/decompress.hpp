// gzip and zstd, recognised by their first bytes and undone while streaming; anything else passes through
// untouched. Several members or frames one after the other are one text. Next stage: text_encoding.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "runtime/reader/byte_source.hpp"

namespace shrike::reader {

/// What a byte source holds, without its compression. Reads that fail with kFormat mean damaged or cut-off
/// data; all that could be made out before has been given by the reads before.
class DecompressedBytes final : public ByteSource {
 public:
  explicit DecompressedBytes(ByteSource& stored);
  ~DecompressedBytes() override;
  Expected<std::size_t> read(char* into, std::size_t room) override;

  /// One compression format; works on the bytes it is given.
  class Codec;

 private:
  Expected<void> recognise();
  Expected<std::size_t> read_plain(char* into, std::size_t room);
  Expected<std::size_t> read_compressed(char* into, std::size_t room);

  ByteSource& stored_;
  std::array<char, 4> head_{};  ///< the first bytes, until they are handed on
  std::size_t head_size_ = 0;
  std::size_t head_given_ = 0;
  bool recognised_ = false;
  bool stored_ended_ = false;
  std::unique_ptr<Codec> codec_;  ///< null for plain bytes
};

}  // namespace shrike::reader
