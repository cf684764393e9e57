// Fuzz target: any bytes as an input file, with small limits, whole and in pieces: both must find the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/reader/byte_source.hpp"
#include "runtime/reader/read_stream.hpp"
#include "runtime/reader/text_window.hpp"
#include "shrike/reader.hpp"

namespace {

class Digest final : public shrike::RecordSink {
 public:
  bool record(std::string_view text, const shrike::RecordPlace& place) override {
    for (std::size_t i = 0; i < text.size() + shrike::kRecordPadding; ++i) {
      if (i < text.size()) mix(static_cast<unsigned char>(text.data()[i]));
      padding_ = padding_ + static_cast<unsigned char>(text.data()[i]);
    }
    if (text.empty() || text.front() != '{') std::abort();
    mix(place.line);
    mix(place.offset);
    return ++count_ < 10000;
  }
  void reject(const shrike::Reject& reject) override {
    for (const char c : reject.text) mix(static_cast<unsigned char>(c));
    for (const char c : reject.detail) mix(static_cast<unsigned char>(c));
    mix(static_cast<std::uint64_t>(reject.reason));
    mix(reject.place.line);
    mix(reject.place.offset);
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3U; }
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::uint64_t count_ = 0;
  volatile unsigned padding_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const shrike::ReadLimits limits{512, 8};
  Digest whole;
  if (!shrike::read_bytes(bytes, "fuzz", limits, whole)) std::abort();
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 64;
  shrike::reader::MemoryBytes memory(bytes, piece);
  Digest pieces;
  bool stopped = false;
  if (!shrike::reader::read_stream(memory, "fuzz", limits, pieces, 64, stopped)) std::abort();
  // How much of a damaged zstd block comes out depends on how it is fed.
  const bool zstd =
      bytes.size() >= 4 && (bytes.substr(0, 4) == "\x28\xb5\x2f\xfd" || bytes.substr(1, 3) == "\x2a\x4d\x18");
  if (!zstd && whole.value() != pieces.value()) std::abort();
  return 0;
}
