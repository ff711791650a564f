// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/free_logits.h"

#include "ui/lab_arithmetic.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/bar_strip.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRandomGenerator>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::size_t kMostTemperatures = 6;

} // namespace

FreeLogits::FreeLogits(QWidget* parent)
    : QWidget(parent), logits_(new QLineEdit(QStringLiteral("2.0, 1.0, 0.5, 0.1, -0.3, -1.0"), this)),
      temperatures_(new QLineEdit(QStringLiteral("1, 0.5, 0.1, 0.04"), this)), message_(new QLabel(this)),
      figures_(new QVBoxLayout) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* form = new QFormLayout;
    auto* row = new QHBoxLayout;
    auto* random = toolButton(LineIcon::shuffle, tr("Random"), tr("Draws 16 logits from a normal distribution"), this);
    row->addWidget(logits_, 1);
    row->addWidget(random);
    form->addRow(tr("Logits"), row);
    form->addRow(tr("Temperatures"), temperatures_);
    logits_->setAccessibleName(tr("Logits"));
    temperatures_->setAccessibleName(tr("Temperatures"));
    column->addLayout(form);
    message_->setWordWrap(true);
    message_->hide();
    column->addWidget(message_);
    figures_->setSpacing(4);
    column->addLayout(figures_, 1);
    connect(logits_, &QLineEdit::textChanged, this, [this] { redraw(); });
    connect(temperatures_, &QLineEdit::textChanged, this, [this] { redraw(); });
    connect(random, &QPushButton::clicked, this, [this] {
        QStringList words;
        auto& source = *QRandomGenerator::global();
        for (int i = 0; i < 16; ++i) { // the sum of twelve uniform numbers is close to normal
            double sum = -6;
            for (int j = 0; j < 12; ++j)
                sum += source.generateDouble();
            words << QString::number(sum, 'f', 2);
        }
        logits_->setText(words.join(QStringLiteral(", ")));
    });
    redraw();
}

void FreeLogits::setTexts(const QString& logits, const QString& temperatures) {
    logits_->setText(logits);
    temperatures_->setText(temperatures);
}

void FreeLogits::redraw() {
    const std::vector<float> logits = readNumbers(logits_->text().toStdString());
    std::vector<float> temperatures = readNumbers(temperatures_->text().toStdString(), kMostTemperatures);
    const bool positive = std::all_of(temperatures.begin(), temperatures.end(), [](float t) { return t > 0; });
    if (logits.empty() || temperatures.empty() || !positive) {
        message_->setText(logits.empty() ? tr("Type the logits as numbers with commas between them.")
                                         : tr("Type temperatures above 0 with commas between them."));
        message_->show();
        return;
    }
    message_->hide();
    qDeleteAll(strips_);
    strips_.clear();
    for (const float temperature : temperatures) {
        const std::vector<double> p = softmaxUnderTemperature(logits, {}, temperature);
        auto* strip = new BarStrip(tr("Temperature %1").arg(static_cast<double>(temperature)), ColorRole::accent, this);
        strip->setValues({p.begin(), p.end()});
        strip->setNote(
            tr("entropy %1 nats, largest %2 %").arg(numberText(entropyOf(p))).arg(100 * topShare(p, 1), 0, 'f', 1));
        figures_->addWidget(strip);
        strips_.push_back(strip);
    }
}

} // namespace dinoscope
