// Recognising and converting UTF-16; checking UTF-8.
#include "runtime/reader/text_encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace shrike::reader {
namespace {

constexpr std::size_t kUnitBuffer = std::size_t{128} << 10;
constexpr std::size_t kLongestCharacter = 4;

/// UTF-8 of a code point; surrogates come out as three bytes that no UTF-8 check accepts.
std::size_t put_utf8(std::uint32_t point, char* into) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point < 0x80) {
    into[0] = byte(point);
    return 1;
  }
  if (point < 0x800) {
    into[0] = byte(0xc0 | (point >> 6));
    into[1] = byte(0x80 | (point & 0x3f));
    return 2;
  }
  if (point < 0x10000) {
    into[0] = byte(0xe0 | (point >> 12));
    into[1] = byte(0x80 | ((point >> 6) & 0x3f));
    into[2] = byte(0x80 | (point & 0x3f));
    return 3;
  }
  into[0] = byte(0xf0 | (point >> 18));
  into[1] = byte(0x80 | ((point >> 12) & 0x3f));
  into[2] = byte(0x80 | ((point >> 6) & 0x3f));
  into[3] = byte(0x80 | (point & 0x3f));
  return 4;
}

bool is_high_surrogate(std::uint32_t unit) { return (unit & 0xfc00U) == 0xd800U; }
bool is_low_surrogate(std::uint32_t unit) { return (unit & 0xfc00U) == 0xdc00U; }

}  // namespace

Expected<void> Utf8Bytes::recognise() {
  while (head_size_ < head_.size() && !ended_) {
    const auto got = bytes_.read(head_.data() + head_size_, head_.size() - head_size_);
    if (!got) return tl::unexpected(got.error());
    ended_ = *got == 0;
    head_size_ += *got;
  }
  using namespace std::string_view_literals;
  const std::string_view head(head_.data(), head_size_);
  const bool full = head.size() == head_.size();
  const auto zero = [&](std::size_t index) { return head[index] == '\0'; };
  form_ = Form::kUtf8;
  if (head == "\xff\xfe\0\0"sv) return {};  // UTF-32, which the format sniffer names and refuses.
  if (head.starts_with("\xff\xfe"sv) || (full && zero(1) && zero(3) && !zero(0) && !zero(2))) {
    form_ = Form::kLittleEndian;
  } else if (head.starts_with("\xfe\xff"sv) || (full && zero(0) && zero(2) && !zero(1) && !zero(3))) {
    form_ = Form::kBigEndian;
  }
  if (form_ != Form::kUtf8) {
    units_.resize(kUnitBuffer);
    std::copy(head.begin(), head.end(), units_.begin());
    filled_ = head.size();
  }
  return {};
}

Expected<std::size_t> Utf8Bytes::read(char* into, std::size_t room) {
  if (form_ == Form::kUnknown) {
    if (auto known = recognise(); !known) return tl::unexpected(std::move(known).error());
  }
  if (form_ != Form::kUtf8) return read_units(into, room);
  if (head_given_ < head_size_) {
    const std::size_t bytes = std::min(room, head_size_ - head_given_);
    std::memcpy(into, head_.data() + head_given_, bytes);
    head_given_ += bytes;
    return bytes;
  }
  if (ended_) return std::size_t{0};
  return bytes_.read(into, room);
}

Expected<std::size_t> Utf8Bytes::read_units(char* into, std::size_t room) {
  if (room < kLongestCharacter) return fail(ErrorCode::kArgument, "The room to read text into is too small.");
  for (;;) {
    const std::size_t made = convert(into, room);
    if (made != 0 || (ended_ && used_ == filled_)) return made;
    std::memmove(units_.data(), units_.data() + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
    const auto got = bytes_.read(units_.data() + filled_, units_.size() - filled_);
    if (!got) return tl::unexpected(got.error());
    ended_ = *got == 0;
    filled_ += *got;
  }
}

std::size_t Utf8Bytes::convert(char* into, std::size_t room) {
  const bool little = form_ == Form::kLittleEndian;
  const auto unit_at = [&](std::size_t index) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(units_[index]);
    const auto second = static_cast<unsigned char>(units_[index + 1]);
    return little ? static_cast<std::uint32_t>(first | (second << 8))
                  : static_cast<std::uint32_t>(second | (first << 8));
  };
  std::size_t made = 0;
  while (room - made >= kLongestCharacter) {
    const std::size_t left = filled_ - used_;
    if (left < 2) {
      if (left == 1 && ended_) {
        into[made++] = '\xff';
        ++used_;
      }
      break;
    }
    std::uint32_t point = unit_at(used_);
    std::size_t taken = 2;
    if (is_high_surrogate(point)) {
      if (left < 4 && !ended_) break;
      if (left >= 4 && is_low_surrogate(unit_at(used_ + 2))) {
        point = 0x10000 + ((point & 0x3ffU) << 10) + (unit_at(used_ + 2) & 0x3ffU);
        taken = 4;
      }
    }
    made += put_utf8(point, into + made);
    used_ += taken;
  }
  return made;
}

bool is_valid_utf8(std::string_view text, bool may_be_cut) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint64_t eight = 0;
    while (end - at >= 8 && (std::memcpy(&eight, at, 8), (eight & 0x8080808080808080U) == 0)) at += 8;
    if (at == end) break;
    const auto lead = static_cast<unsigned char>(*at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) return false;
    const std::ptrdiff_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte has a narrower range after some lead bytes (Unicode 15, table 3-7).
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::ptrdiff_t i = 1; i < length; ++i) {
      if (at + i == end) return may_be_cut;
      const auto next = static_cast<unsigned char>(at[i]);
      if (next < (i == 1 ? low : 0x80U) || next > (i == 1 ? high : 0xbfU)) return false;
    }
    at += length;
  }
  return true;
}

}  // namespace shrike::reader
