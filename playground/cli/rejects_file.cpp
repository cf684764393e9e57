#include "playground/cli/rejects_file.hpp"

#include <nlohmann/json.hpp>

#include "playground/cli/safe_text.hpp"

namespace shrike::cli {

void write_reject(Output& output, const Reject& reject) {
  constexpr std::size_t kMostText = 4096;
  output.write(json_line({{"file", reject.place.file},
                          {"line", reject.place.line},
                          {"offset", reject.place.offset},
                          {"reason", name_of(reject.reason)},
                          {"detail", reject.detail},
                          {"text", reject.text.substr(0, kMostText)}}));
}

}  // namespace shrike::cli
