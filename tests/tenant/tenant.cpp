#include "tests/tenant/tenant.hpp"

#include <filesystem>
#include <fstream>

#include "tests/tenant/json_text.hpp"
#include "tests/tenant/stage.hpp"

namespace shrike::tenant {

bool generate(const Options& options, const std::string& folder) {
  People people(options.seed, options.users, options.days);
  Logs logs(people, options.seed, folder);
  Labels labels(logs);
  Stage stage{people, logs, labels, Random(mixed(options.seed, 3)), options.start, options.days};
  open_sessions(stage);
  plant_attacks(stage, options.attacks);
  plant_situations(stage);
  for (int day = 0; day < options.days; ++day) {
    daily_work(stage, day);
    // The next day begins in the east before midnight.
    logs.flush(options.start + (day + 1) * kDay - 12 * kHour);
  }
  logs.flush(options.start + (options.days + 400) * kDay);
  std::ofstream labels_out(std::filesystem::path(folder) / "labels.ndjson", std::ios::binary);
  labels_out << JsonObject().text("kind", "tenant").text("id", people.facts().id).done() << '\n';
  for (const Label& label : labels.all()) labels_out << to_line(label) << '\n';
  std::ofstream settings_out(std::filesystem::path(folder) / "settings.shrike", std::ios::binary);
  settings_out << settings_text(people);
  return !logs.failed() && labels_out.good() && settings_out.good();
}

}  // namespace shrike::tenant
