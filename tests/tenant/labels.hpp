// What was planted, beside the logs: the steps of attacks with the rules that should find them, and honest
// situations with the rules that they could fool.
#pragma once

#include <string>
#include <vector>

#include "tests/tenant/people.hpp"

namespace shrike::tenant {

using Names = std::vector<std::string>;

/// Rules that should find a step, by the logs that are there: the Unified Audit Log alone, Entra's logs
/// alone, both.
struct Claims {
  Names ual, entra, both;
};

/// A step that the Unified Audit Log shows and Entra's logs do not.
Claims in_audit(Names rules);
/// A step that only Entra's sign-in, directory or risk logs show.
Claims in_entra(Names rules);
/// A step that either log shows.
Claims in_either(Names rules);
/// A finding that needs both logs.
Claims in_both(Names rules);
Claims operator+(Claims a, const Claims& b);

struct Label {
  bool attack = false;
  std::string scenario;   ///< of an attack, or the name of an honest situation
  std::string variant;    ///< below, at, above; empty for honest situations
  std::string case_name;  ///< all labels of one scenario's course share it
  std::string step;
  std::string user;
  Moment time = 0;
  Claims claims;
  Names could_fool;
  Names ids;       ///< ids of the records' events
  Names sessions;  ///< sessions of the records
};

/// One line of labels.ndjson.
std::string to_line(const Label& label);

}  // namespace shrike::tenant
