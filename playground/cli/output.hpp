// Writing: standard output or a file, with every failure noticed; and files that are replaced as a whole or
// not at all.
#pragma once

#include <string>
#include <string_view>

#include "shrike/error.hpp"

namespace shrike::cli {

/// A buffered output. After the first failure nothing more is written; the owner asks for it at the end.
class Output {
 public:
  /// Standard output for "" and "-". A file is made, or emptied. Errors: kIo.
  static Expected<Output> open(const std::string& path);

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

  /// False when this or an earlier write failed.
  bool write(std::string_view text);
  bool flush();
  /// Flushes and closes; false when something was not written.
  bool close();

  bool failed() const { return error_ != 0; }
  /// The reader of a pipe went away: no mistake of anybody.
  bool has_no_reader() const;
  /// A sentence about the failure.
  std::string failure() const;
  int descriptor() const { return descriptor_; }

 private:
  Output(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_ = -1;
  int error_ = 0;
  std::string buffer_;
};

/// Says on standard error what failed, unless only the reader went away. Returns the exit code: kDone when
/// all was written.
int close_output(Output& output);

/// Writes a file beside `path` and renames it, so that nobody ever sees half of it. Permissions of a file
/// that is there already are kept, and a symbolic link goes on pointing to it. Errors: kIo.
Expected<void> replace_file(const std::string& path, std::string_view bytes);

/// Reads a file whole, standard input for "-". Errors: kIo; kLimit when it is larger than `most` bytes.
Expected<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace shrike::cli
