// Runs the built program in a folder of its own, as a user would, and takes what it says.
// Every file of this folder uses it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shrike_test {

struct Outcome {
  int code = -1;  ///< exit code; 128 + signal when it was killed
  std::string out, err;
};

struct RunWith {
  std::string input = {};                     ///< standard input
  std::vector<std::string> environment = {};  ///< "NAME=value"
  bool terminal = false;           ///< all three are a terminal of 80 columns; `out` has what it shows
  bool input_is_terminal = false;  ///< only standard input is one
  bool reader_goes_away = false;   ///< standard output is a pipe that nobody reads
  std::string out_file = {};       ///< standard output goes there instead
};

/// Whether RunWith can ask for a terminal here; if not, says that a test is skipped.
bool has_terminals();

/// A folder that is removed with everything in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Writes a file, making folders as needed; returns its path relative to the folder.
  std::string add(const std::string& name, std::string_view text) const;
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const;
  const std::string& path() const { return path_; }

  /// Runs `shrike` with these arguments in the folder.
  Outcome shrike(const std::vector<std::string>& arguments, const RunWith& with = {}) const;

 private:
  std::string path_;
};

/// Records of the Unified Audit Log: a forwarding inbox rule, and something harmless.
std::string forwarding_record(int number, const std::string& rule_name = "Invoices");
std::string harmless_record(int number);

/// The lines of NDJSON output that are alerts, and those that are incidents.
std::vector<std::string> alert_lines(const std::string& ndjson);
std::vector<std::string> incident_lines(const std::string& ndjson);

/// A complete small rule file: fires on every `New-InboxRule` with severity high.
extern const std::string kSmallRule;

}  // namespace shrike_test
