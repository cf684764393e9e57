#include "tests/tenant/labels.hpp"

#include <utility>

#include "tests/tenant/json_text.hpp"

namespace shrike::tenant {

Claims in_audit(Names rules) { return {rules, {}, rules}; }
Claims in_entra(Names rules) { return {{}, rules, rules}; }
Claims in_either(Names rules) { return {rules, rules, rules}; }
Claims in_both(Names rules) { return {{}, {}, std::move(rules)}; }

Claims operator+(Claims a, const Claims& b) {
  a.ual.insert(a.ual.end(), b.ual.begin(), b.ual.end());
  a.entra.insert(a.entra.end(), b.entra.begin(), b.entra.end());
  a.both.insert(a.both.end(), b.both.begin(), b.both.end());
  return a;
}

std::string to_line(const Label& label) {
  const auto names = [](const Names& list) {
    return json_list(list, [](const auto& n) { return json_string(n); });
  };
  JsonObject o;
  o.text("kind", label.attack ? "step" : "benign")
      .text(label.attack ? "scenario" : "situation", label.scenario);
  if (label.attack) o.text("variant", label.variant);
  o.text("case", label.case_name);
  if (label.attack) o.text("step", label.step);
  o.text("user", label.user).text("time", time_text(label.time) + "Z");
  if (label.attack) {
    o.raw("claims", JsonObject()
                        .raw("ual", names(label.claims.ual))
                        .raw("entra", names(label.claims.entra))
                        .raw("both", names(label.claims.both))
                        .done());
  } else {
    o.raw("could_fool", names(label.could_fool));
  }
  return o.raw("ids", names(label.ids)).raw("sessions", names(label.sessions)).done();
}

}  // namespace shrike::tenant
