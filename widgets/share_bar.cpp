// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/share_bar.h"

#include <QPainter>

namespace dinoscope {
namespace {

constexpr int kBarHeight = 8;

} // namespace

ShareBar::ShareBar(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

QSize ShareBar::sizeHint() const { return {200, 2 * fontMetrics().height() + kBarHeight + 10}; }

void ShareBar::setShares(const QString& title, std::vector<Part> parts) {
    title_ = title;
    parts_ = std::move(parts);
    QStringList words{title_};
    for (const Part& part : parts_)
        words << tr("%1 %2 ms").arg(part.name).arg(part.amount, 0, 'f', 1);
    setToolTip(words.join(QLatin1Char('\n')));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void ShareBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int line = fontMetrics().height();
    painter.setPen(themeColor(ColorRole::text, palette()));
    painter.drawText(0, fontMetrics().ascent(), title_);
    double whole = 0;
    for (const Part& part : parts_)
        whole += part.amount;
    double left = 0, words = 0;
    for (const Part& part : parts_) {
        if (whole <= 0)
            break;
        const double share = part.amount / whole;
        painter.fillRect(QRectF(left, line + 4, share * width(), kBarHeight), themeColor(part.role, palette()));
        left += share * width();
        const QString text = QStringLiteral("%1 %2 %").arg(part.name).arg(100 * share, 0, 'f', 0);
        const double wide = fontMetrics().horizontalAdvance(text);
        if (words + wide + 14 > width())
            continue;
        painter.fillRect(QRectF(words, 2 * line - 2 + kBarHeight, 8, 8), themeColor(part.role, palette()));
        painter.setPen(themeColor(ColorRole::mutedText, palette()));
        painter.drawText(QPointF(words + 12, line + kBarHeight + 8 + fontMetrics().ascent()), text);
        words += wide + 26;
    }
}

} // namespace dinoscope
