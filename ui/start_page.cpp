// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start_page.h"

#include "ui/recent_cards.h"
#include "ui/run_draft.h"
#include "ui/texts.h"
#include "widgets/theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr const char* kDemo = "fashion-mnist-demo";
constexpr int kCardWidth = 240;

/// A quiet panel with a thin edge.
class Card : public QWidget {
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(themeColor(ColorRole::line, palette()), 1));
        painter.setBrush(themeColor(ColorRole::panel, palette()));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }
};

} // namespace

StartPage::StartPage(const RunDraft& draft, const RecentRuns& recent, QWidget* parent)
    : QWidget(parent), busy_(new QLabel(this)) {
    setObjectName(QStringLiteral("startPage"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setWidget(makeBoard(draft, recent));
    scroll->viewport()->setAutoFillBackground(false);
    scroll->widget()->setAutoFillBackground(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    layOut(4);
    if (demo_)
        connect(demo_, &QPushButton::clicked, this, [this] { emit presetChosen(QLatin1String(kDemo)); });
    connect(pictures_, &QPushButton::clicked, this, &StartPage::picturesAsked);
    connect(run_, &QPushButton::clicked, this, &StartPage::runAsked);
    connect(checkpoint_, &QPushButton::clicked, this, &StartPage::checkpointAsked);
    connect(recent_, &RecentCards::chosen, this, &StartPage::runChosen);
}

QWidget* StartPage::makeBoard(const RunDraft& draft, const RecentRuns& recent) {
    auto* board = new QWidget;
    auto* column = new QVBoxLayout(board);
    column->setContentsMargins(48, 24, 48, 24);
    column->setSpacing(16);
    auto* title = new QLabel(tr("Dinoscope"), board);
    QFont large = font();
    large.setPointSizeF(font().pointSizeF() * 2.2);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* words =
        new QLabel(tr("Watch a student network learn from its own moving-average teacher, without labels: what each "
                      "of them sees, where they look, and whether training is about to collapse."),
                   board);
    words->setWordWrap(true);
    words->setProperty("muted", true);
    words->setMaximumWidth(640);
    for (const Preset& preset : draft.catalog().presets)
        if (preset.id == kDemo)
            cards_.push_back(makeCard(tr("Fashion-MNIST demo"), textOf(preset.help), tr("Start the Fashion-MNIST demo"),
                                      true, &demo_));
    cards_.push_back(
        makeCard(tr("Pictures of your own"),
                 tr("Train on a folder of pictures, with or without a sub-folder for each class. It can be "
                    "dropped on this window, too."),
                 tr("Open a folder of pictures…"), demo_ == nullptr, &pictures_));
    cards_.push_back(makeCard(tr("A run that was kept"),
                              tr("Look at the curves and checkpoints in a run's folder, train on, or fork from one."),
                              tr("Open a run…"), false, &run_));
    cards_.push_back(
        makeCard(tr("A trained network"),
                 tr("Look at what a DINO checkpoint or a backbone file has learned, and train on from it."),
                 tr("Open checkpoint…"), false, &checkpoint_));
    auto* row = new QHBoxLayout;
    grid_ = new QGridLayout;
    grid_->setSpacing(16);
    row->addLayout(grid_, 1);
    row->addStretch(0);
    recent_ = new RecentCards(recent, board);
    busy_->setProperty("muted", true);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(words);
    column->addSpacing(8);
    column->addLayout(row);
    column->addWidget(busy_);
    column->addWidget(recent_);
    column->addStretch(3);
    return board;
}

void StartPage::layOut(int columns) {
    if (columns == columns_)
        return;
    columns_ = columns;
    int place = 0;
    for (QWidget* card : cards_) {
        grid_->addWidget(card, place / columns, place % columns);
        ++place;
    }
}

void StartPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    int widest = 0;
    for (const QWidget* card : cards_)
        widest = std::max(widest, card->minimumSizeHint().width());
    const int four = 4 * std::max(widest, kCardWidth) + 3 * 16 + 2 * 48;
    layOut(width() >= four ? 4 : 2);
}

QWidget* StartPage::makeCard(const QString& title, const QString& words, const QString& button, bool primary,
                             QPushButton** out) {
    auto* card = new Card;
    card->setMinimumWidth(kCardWidth);
    card->setMaximumWidth(320);
    card->setMinimumHeight(170);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(20, 20, 20, 20);
    column->setSpacing(8);
    auto* head = new QLabel(title, card);
    QFont bold = font();
    bold.setPointSizeF(font().pointSizeF() * 1.2);
    bold.setWeight(QFont::DemiBold);
    head->setFont(bold);
    auto* text = new QLabel(words, card);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    text->setProperty("muted", true);
    *out = new QPushButton(button, card);
    (*out)->setProperty("primary", primary);
    (*out)->setMinimumHeight(32);
    column->addWidget(head);
    column->addWidget(text, 1);
    column->addWidget(*out);
    return card;
}

void StartPage::setBusy(const QString& words) {
    busy_->setText(words);
    recent_->setBusy(words);
    for (QPushButton* button : {demo_, pictures_, run_, checkpoint_})
        if (button) {
            button->setEnabled(words.isEmpty());
            button->setToolTip(words);
        }
}

void StartPage::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeColor(ColorRole::window, palette())); }

} // namespace dinoscope
