// UTF-16 to UTF-8 while streaming, by byte order mark or by the zero bytes that ASCII leaves; UTF-8 passes
// through. Byte order marks stay in the text: the splitters skip them wherever files were put together. Next:
// text_window.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "runtime/reader/byte_source.hpp"

namespace shrike::reader {

/// The bytes of a source as UTF-8. What is not valid UTF-16 (half a surrogate pair, half a unit at the end)
/// becomes bytes that are not valid UTF-8, so that exactly the record that holds it is refused later.
class Utf8Bytes final : public ByteSource {
 public:
  explicit Utf8Bytes(ByteSource& bytes) : bytes_(bytes) {}
  Expected<std::size_t> read(char* into, std::size_t room) override;

 private:
  enum class Form { kUnknown, kUtf8, kLittleEndian, kBigEndian };

  Expected<void> recognise();
  Expected<std::size_t> read_units(char* into, std::size_t room);
  /// Converts what is in units_ to at most `room` bytes.
  std::size_t convert(char* into, std::size_t room);

  ByteSource& bytes_;
  Form form_ = Form::kUnknown;
  std::array<char, 4> head_{};
  std::size_t head_size_ = 0;
  std::size_t head_given_ = 0;
  bool ended_ = false;
  std::vector<char> units_;  ///< bytes not converted yet are [used_, filled_)
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

/// Whether the text is valid UTF-8 (no overlong forms, no surrogates). With `may_be_cut`, a character that
/// the end of the text cuts off is fine.
bool is_valid_utf8(std::string_view text, bool may_be_cut = false);

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace shrike::reader
