// Alerts of the report by rule and by user.
#pragma once

#include <span>
#include <string>

#include "shrike/alert.hpp"
#include "shrike/program.hpp"

namespace shrike::cli {

std::string rules_html(std::span<const Alert> alerts, const Program& program);
std::string users_html(std::span<const Alert> alerts);

}  // namespace shrike::cli
