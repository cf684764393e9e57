// The one table of response actions: what `respond` may name, and the request that each stands for. Requests
// are printed in alerts and never executed. The checker reads the names and parameters; a new action is a row
// in the .cpp file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shrike {

struct ResponseAction {
  enum class Kind : std::uint8_t {
    kGraph,   ///< a Microsoft Graph request: method, path and perhaps a JSON body
    kCmdlet,  ///< an Exchange Online PowerShell command
  };

  std::string_view name;
  std::span<const std::string_view> parameters;
  Kind kind = Kind::kGraph;
  /// Text with {parameter} where an argument goes.
  std::string_view request;
  /// One line about what the action leaves undone; may be empty.
  std::string_view does_not;
};

/// All actions, by name; thread safe.
std::span<const ResponseAction> response_actions();

/// The action of that name, or null.
const ResponseAction* find_response_action(std::string_view name);

/// The request with its arguments filled in, each escaped for its place: percent-encoded in a path, as a JSON
/// string in a body, quoted for PowerShell in a command. Empty for an unknown action; a missing argument
/// leaves its {parameter}.
std::string request_of(std::string_view action, std::span<const std::string> arguments);

}  // namespace shrike
