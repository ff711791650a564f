// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start_page.h"

#include "ui/run_draft.h"
#include "ui/texts.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace dinoscope {
namespace {

constexpr const char* kDemo = "fashion-mnist-demo";

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

StartPage::StartPage(const RunDraft& draft, QWidget* parent) : QWidget(parent), busy_(new QLabel(this)) {
    setObjectName(QStringLiteral("startPage"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(48, 24, 48, 24);
    column->setSpacing(16);
    auto* title = new QLabel(tr("Dinoscope"), this);
    QFont large = font();
    large.setPointSizeF(font().pointSizeF() * 2.2);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* words =
        new QLabel(tr("Watch a student network learn from its own moving-average teacher, without labels: what each "
                      "of them sees, where they look, and whether training is about to collapse."),
                   this);
    words->setWordWrap(true);
    words->setProperty("muted", true);
    words->setMaximumWidth(640);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(16);
    for (const Preset& preset : draft.catalog().presets)
        if (preset.id == kDemo)
            cards->addWidget(makeCard(tr("Fashion-MNIST demo"), textOf(preset.help), tr("Start the Fashion-MNIST demo"),
                                      true, &demo_));
    cards->addWidget(makeCard(tr("A run of your own"),
                              tr("Choose a preset, a seed, how long it may take and where it is kept."), tr("New run…"),
                              demo_ == nullptr, &newRun_));
    cards->addWidget(
        makeCard(tr("A trained network"),
                 tr("Look at what a DINO checkpoint or a backbone file has learned, and train on from it."),
                 tr("Open checkpoint…"), false, &checkpoint_));
    cards->addStretch(1);
    busy_->setProperty("muted", true);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(words);
    column->addSpacing(16);
    column->addLayout(cards);
    column->addWidget(busy_);
    column->addStretch(3);
    if (demo_)
        connect(demo_, &QPushButton::clicked, this, [this] { emit presetChosen(QLatin1String(kDemo)); });
    connect(newRun_, &QPushButton::clicked, this, &StartPage::newRunAsked);
    connect(checkpoint_, &QPushButton::clicked, this, &StartPage::checkpointAsked);
}

QWidget* StartPage::makeCard(const QString& title, const QString& words, const QString& button, bool primary,
                             QPushButton** out) {
    auto* card = new Card(this);
    card->setMinimumWidth(240);
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
    for (QPushButton* button : {demo_, newRun_, checkpoint_})
        if (button) {
            button->setEnabled(words.isEmpty());
            button->setToolTip(words);
        }
}

void StartPage::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), themeColor(ColorRole::window, palette())); }

} // namespace dinoscope
