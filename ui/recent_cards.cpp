// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recent_cards.h"

#include "ui/recent_runs.h"
#include "ui/texts.h"
#include "widgets/theme.h"

#include <QAbstractButton>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>

namespace dinoscope {
namespace {

constexpr int kColumns = 3, kMargin = 12;
constexpr int kWidest = 4 * 320 + 3 * 16; ///< as the four cards above

/// A card with a name and a line below it, that is pressed like a button.
class RunCard : public QAbstractButton {
public:
    RunCard(const QString& name, const QString& words, QWidget* parent) : QAbstractButton(parent), words_(words) {
        setText(name);
        setFocusPolicy(Qt::StrongFocus);
        setAccessibleName(name);
        setAccessibleDescription(words);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    }
    QSize sizeHint() const override { return {280, 2 * fontMetrics().height() + 2 * kMargin + 4}; }
    QSize minimumSizeHint() const override { return {180, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool active = isEnabled() && (underMouse() || hasFocus() || isDown());
        painter.setPen(QPen(themeColor(active ? ColorRole::accent : ColorRole::line, palette()), hasFocus() ? 2 : 1));
        painter.setBrush(themeColor(isDown() ? ColorRole::raised : ColorRole::panel, palette()));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        const int width = this->width() - 2 * kMargin, line = fontMetrics().height();
        painter.setFont(bold);
        painter.setPen(themeColor(isEnabled() ? ColorRole::text : ColorRole::mutedText, palette()));
        painter.drawText(kMargin, kMargin + fontMetrics().ascent(),
                         QFontMetrics(bold).elidedText(text(), Qt::ElideMiddle, width));
        painter.setFont(font());
        painter.setPen(themeColor(ColorRole::mutedText, palette()));
        painter.drawText(kMargin, kMargin + line + 4 + fontMetrics().ascent(),
                         fontMetrics().elidedText(words_, Qt::ElideRight, width));
    }

private:
    QString words_;
};

} // namespace

RecentCards::RecentCards(const RecentRuns& recent, QWidget* parent)
    : QWidget(parent), recent_(recent), title_(new QLabel(tr("Recent runs"), this)), grid_(new QGridLayout) {
    title_->setProperty("heading", true);
    setMaximumWidth(kWidest);
    grid_->setSpacing(8);
    for (int column = 0; column < kColumns; ++column)
        grid_->setColumnStretch(column, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(title_);
    column->addLayout(grid_);
    connect(&recent_, &RecentRuns::changed, this, [this] { fill(); });
    fill();
}

void RecentCards::fill() {
    qDeleteAll(cards_);
    cards_.clear();
    for (const RecentRun& run : recent_.runs()) {
        const bool isThere = run.isThere();
        const QString words =
            isThere ? tr("Step %1 · %2").arg(countText(run.step), QLocale().toString(run.seen, QLocale::ShortFormat))
                    : tr("The folder is not there any more.");
        auto* card = new RunCard(run.name(), words, this);
        card->setEnabled(isThere && busy_.isEmpty());
        card->setToolTip(isThere && !busy_.isEmpty() ? busy_ : run.folder + QLatin1Char('\n') + words);
        const auto place = static_cast<int>(cards_.size());
        grid_->addWidget(card, place / kColumns, place % kColumns);
        connect(card, &QAbstractButton::clicked, this, [this, folder = run.folder] { emit chosen(folder); });
        cards_.push_back(card);
    }
    setVisible(!cards_.empty());
}

void RecentCards::setBusy(const QString& words) {
    if (words == busy_)
        return;
    busy_ = words;
    fill();
}

} // namespace dinoscope
