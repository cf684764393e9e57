// Where input bytes come from: files, standard input, memory. The stages of the reader are byte sources
// stacked on each other: file -> decompress.hpp -> text_encoding.hpp -> text_window.hpp, which the splitters
// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "shrike/error.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

/// A stream of bytes that is read once, from front to back. Not thread safe.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  /// Reads up to `room` bytes (room > 0), at least one unless the stream has ended: then 0. It does not wait
  /// to fill the room. Errors: kIo; kFormat when compressed data is damaged or cut off. After an error
  /// nothing more comes.
  virtual Expected<std::size_t> read(char* into, std::size_t room) = 0;
};

/// Counts the bytes of one call of read_input, over all its files, and tells the caller's function now and
/// then.
class ProgressCount {
 public:
  ProgressCount(const ReadProgress& tell, std::uint64_t total) : tell_(tell), total_(total) {}
  void add(std::size_t bytes);
  void finish() const;

 private:
  const ReadProgress& tell_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::uint64_t told_ = 0;
};

/// A file or, for "-", standard input.
class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(ProgressCount* progress) : progress_(progress) {}
  ~FileBytes() override;

  Expected<void> open(const std::string& path);
  Expected<std::size_t> read(char* into, std::size_t room) override;

 private:
  ProgressCount* progress_;
  std::string path_;
  int descriptor_ = -1;
};

/// Bytes that somebody else holds. `largest_read` limits what one read gives; tests use it to cut input
/// anywhere.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes,
                       std::size_t largest_read = std::numeric_limits<std::size_t>::max())
      : rest_(bytes), largest_read_(largest_read) {}
  Expected<std::size_t> read(char* into, std::size_t room) override;

 private:
  std::string_view rest_;
  std::size_t largest_read_;
};

}  // namespace shrike::reader
