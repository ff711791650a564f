// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/meter_bar.h"

#include <QPainter>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kBarHeight = 4;

} // namespace

MeterBar::MeterBar(const QString& title, QWidget* parent) : QWidget(parent), title_(title) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(title);
}

QFont MeterBar::adviceFont() const {
    QFont small = font();
    small.setPointSizeF(std::max(8.5, font().pointSizeF() - 0.5));
    return small;
}

int MeterBar::heightForWidth(int width) const {
    const QFontMetrics small(adviceFont());
    const QString text = advice_.isEmpty() ? QStringLiteral(" ") : advice_;
    return fontMetrics().height() + kBarHeight + 10 +
           small.boundingRect(QRect(0, 0, width, 1000), Qt::TextWordWrap, text).height();
}

void MeterBar::setReading(double position, const QString& value, Judgement judgement, const QString& advice) {
    const bool resized = advice != advice_;
    position_ = std::clamp(position, 0.0, 1.0);
    value_ = value;
    judgement_ = judgement;
    advice_ = advice;
    setAccessibleDescription(value + QStringLiteral(". ") + advice);
    if (resized)
        updateGeometry();
    update();
}

void MeterBar::clear() { setReading(0, {}, Judgement::unknown, {}); }

void MeterBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ColorRole role = judgement_ == Judgement::good      ? ColorRole::good
                           : judgement_ == Judgement::warning ? ColorRole::warning
                           : judgement_ == Judgement::bad     ? ColorRole::bad
                                                              : ColorRole::mutedText;
    const QString word = judgement_ == Judgement::good      ? tr("good")
                         : judgement_ == Judgement::warning ? tr("watch")
                         : judgement_ == Judgement::bad     ? tr("alarm")
                                                            : QStringLiteral("–");
    const int line = fontMetrics().height();
    painter.setPen(themeColor(ColorRole::text, palette()));
    const QString reading = value_.isEmpty() ? word : value_ + QStringLiteral("  ") + word;
    const int room = width() - fontMetrics().horizontalAdvance(reading) - 8;
    painter.drawText(QRect(0, 0, width(), line), Qt::AlignLeft, fontMetrics().elidedText(title_, Qt::ElideRight, room));
    painter.setPen(themeColor(role, palette()));
    painter.drawText(QRect(0, 0, width(), line), Qt::AlignRight, reading);
    const QRectF bar(0, line + 4, width(), kBarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(ColorRole::line, palette()));
    painter.drawRoundedRect(bar, 2, 2);
    painter.setBrush(themeColor(role, palette()));
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), std::max(4.0, bar.width() * position_), bar.height()), 2, 2);
    painter.setFont(adviceFont());
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    painter.drawText(QRectF(0, bar.bottom() + 4, width(), height() - bar.bottom() - 4), Qt::TextWordWrap, advice_);
}

} // namespace dinoscope
