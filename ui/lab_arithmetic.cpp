// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace dinoscope {
namespace {

std::span<const float> rowOf(const std::vector<float>& values, std::int64_t row, std::int64_t width) {
    const auto begin = static_cast<std::size_t>(row * width);
    if (row < 0 || begin + static_cast<std::size_t>(width) > values.size())
        return {};
    return {values.data() + begin, static_cast<std::size_t>(width)};
}

std::vector<float> toFloat(const std::vector<double>& values) { return {values.begin(), values.end()}; }

} // namespace

LabFigures computeFigures(const LabQuestion& question) {
    LabFigures figures;
    const SoftmaxAnswer& logits = *question.logits;
    const std::span<const float> student = rowOf(logits.student, question.studentView, logits.prototypes);
    const std::span<const float> teacher = rowOf(logits.teacher, question.teacherView, logits.prototypes);
    const std::span<const float> center =
        question.centered ? std::span<const float>(logits.center) : std::span<const float>();
    if (student.empty() || teacher.empty())
        return figures;
    const std::vector<double> p = softmaxUnderTemperature(student, {}, question.studentTemperature);
    const std::vector<double> q = softmaxUnderTemperature(teacher, center, question.teacherTemperature);
    figures.studentLogits.assign(student.begin(), student.end());
    figures.teacherLogits.assign(teacher.begin(), teacher.end());
    figures.teacherCentered = figures.teacherLogits;
    for (std::size_t k = 0; k < center.size(); ++k)
        figures.teacherCentered[k] -= center[k];
    figures.studentSoftmax = toFloat(p);
    figures.teacherSoftmax = toFloat(q);
    figures.studentEntropy = entropyOf(p);
    figures.teacherEntropy = entropyOf(q);
    figures.studentTop = topShare(p, kTopCount);
    figures.teacherTop = topShare(q, kTopCount);
    figures.kl = crossEntropy(q, p) - figures.teacherEntropy;
    figures.pairs = pairLosses(logits.student, logits.teacher, center, logits.prototypes, question.studentTemperature,
                               question.teacherTemperature, logits.sharedViews);
    return figures;
}

std::vector<float> readNumbers(const std::string& text, std::size_t most) {
    std::string plain = text;
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c == ',' || c == ';'; }, ' ');
    std::istringstream words(plain);
    words.imbue(std::locale::classic());
    std::vector<float> numbers;
    std::string word;
    while (words >> word && numbers.size() < most) {
        std::istringstream reader(word);
        reader.imbue(std::locale::classic());
        float number = 0;
        if (!(reader >> number) || !reader.eof() || !std::isfinite(number))
            return {};
        numbers.push_back(number);
    }
    return numbers;
}

} // namespace dinoscope
