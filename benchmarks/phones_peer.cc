// Times Google's libphonenumber on the lines of a file: all outputs of parse_phones. Prints nanoseconds per line.
#include <phonenumbers/phonenumberutil.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

int main(int argc, char** argv) {
  std::ifstream file(argv[1]);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  size_t bytes = 0;
  for (int round = 0; round < 2; ++round) {  // the first round warms the library's own caches
    std::clock_t start = std::clock();  // processor time
    for (const std::string& line : lines) {
      PhoneNumber number;
      if (util.Parse(line, argv[2], &number) != PhoneNumberUtil::NO_PARSING_ERROR) continue;
      std::string e164, national, digits, region;
      util.Format(number, PhoneNumberUtil::E164, &e164);
      util.Format(number, PhoneNumberUtil::NATIONAL, &national);
      util.GetNationalSignificantNumber(number, &digits);
      util.GetRegionCodeForNumber(number, &region);
      bytes += e164.size() + national.size() + digits.size() + region.size() + util.IsValidNumber(number) +
               util.GetNumberType(number) + util.IsPossibleNumberWithReason(number) + number.country_code();
    }
    double spent = 1e9 * double(std::clock() - start) / CLOCKS_PER_SEC;
    if (round == 1) std::cout << spent / lines.size() << " " << bytes << std::endl;
  }
}
