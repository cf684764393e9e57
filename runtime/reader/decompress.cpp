// Decompression by zlib and libzstd behind one small interface.
#include "runtime/reader/decompress.hpp"

#define ZLIB_CONST  // NOLINT(readability-identifier-naming): zlib asks for this name
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shrike::reader {

class DecompressedBytes::Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  enum class Outcome { kWorked, kNeedsInput, kDamaged };
  /// Turns input() into output, as much as fits; `made` is the number of bytes written, also beside kDamaged.
  virtual Outcome decode(char* into, std::size_t room, std::size_t& made) = 0;
  /// Whether the data may end here: nothing is open.
  virtual bool complete() const = 0;
  virtual const char* name() const = 0;

  std::string_view input() const { return {buffer_.data() + used_, filled_ - used_}; }
  std::string_view damage() const { return damage_; }

  /// Puts bytes that were read to recognise the format in front.
  void start_with(std::string_view head) {
    std::copy(head.begin(), head.end(), buffer_.begin());
    filled_ = head.size();
  }
  Expected<std::size_t> fill(ByteSource& stored) {
    auto got = stored.read(buffer_.data(), buffer_.size());
    used_ = 0;
    filled_ = got ? *got : 0;
    return got;
  }

 protected:
  void take(std::size_t bytes) { used_ += bytes; }
  void set_damage(std::string_view what) { damage_ = what; }

 private:
  std::vector<char> buffer_ = std::vector<char>(std::size_t{128} << 10);
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
  std::string damage_;
};

namespace {

using Codec = DecompressedBytes::Codec;

class Gzip final : public Codec {
 public:
  Gzip() { ready_ = ::inflateInit2(&stream_, 15 + 16) == Z_OK; }
  ~Gzip() override {
    if (ready_) ::inflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Outcome decode(char* into, std::size_t room, std::size_t& made) override {
    made = 0;
    if (!ready_) {
      set_damage("there is no memory to read it");
      return Outcome::kDamaged;
    }
    if (!in_member_ && !next_member()) return Outcome::kNeedsInput;
    const std::string_view from = input();
    stream_.next_in = reinterpret_cast<const Bytef*>(from.data());
    stream_.avail_in = static_cast<uInt>(from.size());
    stream_.next_out = reinterpret_cast<Bytef*>(into);
    const auto out = static_cast<uInt>(std::min<std::size_t>(room, std::size_t{1} << 30));
    stream_.avail_out = out;
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    take(from.size() - stream_.avail_in);
    made = out - stream_.avail_out;
    if (status == Z_STREAM_END) {
      in_member_ = false;
      ::inflateReset(&stream_);
      return Outcome::kWorked;
    }
    if (status == Z_OK) return Outcome::kWorked;
    if (status == Z_BUF_ERROR) return Outcome::kNeedsInput;
    set_damage(stream_.msg != nullptr ? stream_.msg : "it needs a dictionary or too much memory");
    return Outcome::kDamaged;
  }
  bool complete() const override { return !in_member_; }
  const char* name() const override { return "gzip"; }

 private:
  /// Members follow each other directly; some writers fill a block with zero bytes at the end.
  bool next_member() {
    const std::string_view rest = input();
    const std::size_t zeros = first_ ? 0 : std::min(rest.find_first_not_of('\0'), rest.size());
    take(zeros);
    if (zeros == rest.size()) return false;
    in_member_ = true;
    first_ = false;
    return true;
  }

  z_stream stream_{};
  bool ready_ = false;
  bool in_member_ = false;
  bool first_ = true;
};

class Zstd final : public Codec {
 public:
  Zstd() : stream_(::ZSTD_createDStream()) {}
  ~Zstd() override { ::ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  Outcome decode(char* into, std::size_t room, std::size_t& made) override {
    made = 0;
    if (stream_ == nullptr) {
      set_damage("there is no memory to read it");
      return Outcome::kDamaged;
    }
    const std::string_view from = input();
    if (from.empty() && !in_frame_) return Outcome::kNeedsInput;
    // An error would hide what the same call made before. So a call gets one block, and no more while the
    // last one still has text to give; the first byte of a frame goes in alone because whole frames are
    // decoded in one step.
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
    ZSTD_inBuffer in{from.data(), full_ ? 0 : std::min(from.size(), next_), 0};
    ZSTD_outBuffer out{into, room, 0};
    const std::size_t status = ::ZSTD_decompressStream(stream_, &out, &in);
    take(in.pos);
    made = out.pos;
    if (::ZSTD_isError(status) != 0) {
      set_damage(::ZSTD_getErrorName(status));
      return Outcome::kDamaged;
    }
    in_frame_ = status != 0;
    next_ = in_frame_ ? status : 1;
    const bool had_more = full_;
    full_ = out.pos == room && in_frame_;
    return in.pos == 0 && out.pos == 0 && in_frame_ && !had_more ? Outcome::kNeedsInput : Outcome::kWorked;
  }
  bool complete() const override { return !in_frame_; }
  const char* name() const override { return "zstd"; }

 private:
  ZSTD_DStream* stream_;
  bool in_frame_ = false;
  bool full_ = false;     ///< the last call filled the room it had
  std::size_t next_ = 1;  ///< bytes to the end of the next block
};

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b"); }

bool is_zstd(std::string_view head) {
  using namespace std::string_view_literals;
  const bool frame = head == "\x28\xb5\x2f\xfd"sv;
  const bool skippable =
      head.size() == 4 && (head[0] & '\xf0') == '\x50' && head.substr(1) == "\x2a\x4d\x18"sv;
  return frame || skippable;
}

}  // namespace

DecompressedBytes::DecompressedBytes(ByteSource& stored) : stored_(stored) {}
DecompressedBytes::~DecompressedBytes() = default;

Expected<void> DecompressedBytes::recognise() {
  while (head_size_ < head_.size() && !stored_ended_) {
    const auto got = stored_.read(head_.data() + head_size_, head_.size() - head_size_);
    if (!got) return tl::unexpected(got.error());
    stored_ended_ = *got == 0;
    head_size_ += *got;
  }
  const std::string_view head(head_.data(), head_size_);
  if (is_gzip(head)) codec_ = std::make_unique<Gzip>();
  if (is_zstd(head)) codec_ = std::make_unique<Zstd>();
  if (codec_) codec_->start_with(head);
  recognised_ = true;
  return {};
}

Expected<std::size_t> DecompressedBytes::read(char* into, std::size_t room) {
  if (!recognised_) {
    if (auto known = recognise(); !known) return tl::unexpected(std::move(known).error());
  }
  return codec_ ? read_compressed(into, room) : read_plain(into, room);
}

Expected<std::size_t> DecompressedBytes::read_plain(char* into, std::size_t room) {
  if (head_given_ < head_size_) {
    const std::size_t bytes = std::min(room, head_size_ - head_given_);
    std::memcpy(into, head_.data() + head_given_, bytes);
    head_given_ += bytes;
    return bytes;
  }
  if (stored_ended_) return std::size_t{0};
  return stored_.read(into, room);
}

Expected<std::size_t> DecompressedBytes::read_compressed(char* into, std::size_t room) {
  for (;;) {
    if (!codec_->damage().empty()) {
      return fail(ErrorCode::kFormat, std::string("The ") + codec_->name() +
                                          " data is damaged: " + std::string(codec_->damage()) + ".");
    }
    std::size_t made = 0;
    const Codec::Outcome outcome = codec_->decode(into, room, made);
    if (made != 0) return made;
    if (outcome != Codec::Outcome::kNeedsInput) continue;
    if (stored_ended_) {
      if (codec_->complete() && codec_->input().empty()) return std::size_t{0};
      return fail(ErrorCode::kFormat, std::string("The ") + codec_->name() + " data is cut off.");
    }
    const auto got = codec_->fill(stored_);
    if (!got) return tl::unexpected(got.error());
    stored_ended_ = *got == 0;
  }
}

}  // namespace shrike::reader
