#include "playground/cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "playground/cli/exit_codes.hpp"
#include "playground/cli/terminal.hpp"

namespace shrike::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

std::string reason(int number) { return std::generic_category().message(number); }

/// 0, or the number of the error.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Expected<Output> Output::open(const std::string& path) {
  if (path.empty() || path == "-") return Output("standard output", STDOUT_FILENO);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return fail(ErrorCode::kIo, fmt::format("cannot write '{}': {}", path, reason(errno)));
  return Output("'" + path + "'", descriptor);
}

Output::Output(Output&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      error_(other.error_),
      buffer_(std::move(other.buffer_)) {}

Output::~Output() { close(); }

bool Output::write(std::string_view text) {
  if (error_ != 0) return false;
  buffer_ += text;
  return buffer_.size() < kBufferBytes || flush();
}

bool Output::flush() {
  if (error_ == 0 && descriptor_ >= 0) error_ = write_all(descriptor_, buffer_);
  buffer_.clear();
  return error_ == 0;
}

bool Output::close() {
  if (descriptor_ < 0) return error_ == 0;
  flush();
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor != STDOUT_FILENO && ::close(descriptor) != 0 && error_ == 0) error_ = errno;
  return error_ == 0;
}

bool Output::has_no_reader() const { return error_ == EPIPE; }

std::string Output::failure() const { return fmt::format("cannot write {}: {}", path_, reason(error_)); }

int close_output(Output& output) {
  if (output.close()) return kDone;
  if (output.has_no_reader()) return kBrokenPipe;
  say_error(output.failure());
  return kFailed;
}

Expected<void> replace_file(const std::string& path, std::string_view bytes) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  const std::string final_path = error ? path : target.string();
  struct stat before{};
  const bool is_there = ::stat(final_path.c_str(), &before) == 0;
  const auto failed = [&](int number) {
    return fail(ErrorCode::kIo, fmt::format("cannot write '{}': {}", path, reason(number)));
  };
  if (is_there && !S_ISREG(before.st_mode)) {  // a device or pipe cannot be replaced, only written
    auto output = Output::open(path);
    if (!output) return tl::unexpected(output.error());
    output->write(bytes);
    if (!output->close()) return fail(ErrorCode::kIo, output->failure());
    return {};
  }
  std::string temporary = final_path + ".XXXXXX";
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0) return failed(errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  int number = write_all(descriptor, bytes);
  if (number == 0 && ::fchmod(descriptor, is_there ? before.st_mode & 07777 : 0666 & ~mask) != 0)
    number = errno;
  if (number == 0 && ::fsync(descriptor) != 0 && errno != EINVAL) number = errno;
  if (::close(descriptor) != 0 && number == 0) number = errno;
  if (number == 0 && ::rename(temporary.c_str(), final_path.c_str()) != 0) number = errno;
  if (number == 0) return {};
  ::unlink(temporary.c_str());
  return failed(number);
}

Expected<std::string> read_file(const std::string& path, std::size_t most) {
  const bool is_input = path == "-";
  const int descriptor = is_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorCode::kIo, fmt::format("cannot open '{}': {}", path, reason(errno)));
  std::string text;
  int number = 0;
  std::array<char, 65536> block;
  while (text.size() <= most) {
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) number = errno;
    if (got <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  if (!is_input) ::close(descriptor);
  if (number != 0) return fail(ErrorCode::kIo, fmt::format("cannot read '{}': {}", path, reason(number)));
  if (text.size() > most) {
    return fail(ErrorCode::kLimit, fmt::format("'{}' is larger than {} MiB", path, most >> 20));
  }
  return text;
}

}  // namespace shrike::cli
