// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar_strip.h"
#include "widgets/crop_board.h"
#include "widgets/curve_plot.h"
#include "widgets/heat_map_view.h"
#include "widgets/line_icons.h"
#include "widgets/log_view.h"
#include "widgets/matrix_view.h"
#include "widgets/message_bar.h"
#include "widgets/meter_bar.h"
#include "widgets/param_form.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDir>
#include <QGridLayout>
#include <QPushButton>
#include <QTextStream>
#include <QToolBar>

#include <cmath>
#include <random>

namespace dinoscope {
namespace {

QString words(const char* text) { return QString::fromUtf8(text); }

/// A grey disc on a slope, so that crops and maps have something to show.
QImage picture(int side) {
    QImage image(side, side, QImage::Format_RGB32);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const double radius = std::hypot(x - 0.5 * side, y - 0.45 * side) / side;
            const int grey = radius < 0.3 ? 220 - static_cast<int>(300 * radius) : 30 + 60 * x / side;
            image.setPixel(x, y, qRgb(grey, grey, grey));
        }
    return image;
}

std::vector<float> blob(int side) {
    std::vector<float> map;
    for (int i = 0; i < side * side; ++i)
        map.push_back(static_cast<float>(
            0.08 * std::exp(-(std::pow(i % side - 0.4 * side, 2) + std::pow(i / side - 0.5 * side, 2)) / side)));
    return map;
}

QWidget* plots(int points) {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* loss = new CurvePlot(words("Loss"), words("nats"));
    const auto whole = loss->addCurve({words("loss"), words("loss"), ColorRole::student, false});
    const auto entropy = loss->addCurve({words("entropy"), words("teacher entropy"), ColorRole::teacher, true});
    auto* rate = new CurvePlot(words("Learning rate"), {});
    rate->setCompact(true);
    const auto only = rate->addCurve({words("lr"), words("learning rate"), ColorRole::accent, false});
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 0.12);
    for (int i = 1; i <= points; ++i) {
        const double t = static_cast<double>(i) / points;
        loss->append(whole, i, 2.9 + 3.8 * std::exp(-5 * t) + noise(random));
        loss->append(entropy, i, 1.2 + 2.2 * std::exp(-3 * t) + 0.5 * noise(random));
        rate->append(only, i, 1e-3 * (t < 0.1 ? t * 10 : 0.5 + 0.5 * std::cos(3.14159 * t)));
    }
    loss->setLevels({{words("ln K"), std::log(1024.0)}});
    loss->addMark({0.6 * points, words("student temperature 0.1 → 0.2 at step 180")});
    loss->refresh();
    rate->refresh();
    loss->showCursor(0.45 * points);
    column->addWidget(loss, 3);
    column->addWidget(rate, 1);
    return box;
}

QWidget* pictures() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* maps = new QHBoxLayout;
    for (const bool student : {true, false}) {
        auto* view = new HeatMapView(student ? words("student") : words("teacher"),
                                     student ? ColorRole::student : ColorRole::teacher);
        view->setPicture(picture(28));
        view->setMap(blob(7), 7, 7);
        view->setQuery(student ? 24 : -1);
        view->setCaption(words("block 4, mean of 3 heads, step 300"));
        view->setColorMap(student ? ColorMap::inferno : ColorMap::viridis);
        maps->addWidget(view);
    }
    column->addLayout(maps, 2);
    auto* crops = new CropBoard;
    std::vector<CropBoard::Crop> list;
    for (int i = 0; i < 6; ++i) {
        const int side = i < 2 ? 28 : 14;
        const QRectF area(2 + 2 * i, 3 + i, i < 2 ? 20 : 9, i < 2 ? 19 : 10);
        list.push_back({picture(28).copy(area.toRect()).scaled(side, side), area,
                        (i < 2 ? words("global %1") : words("local %1")).arg(i < 2 ? i + 1 : i - 1),
                        words("area 48 %, flip"), i < 2 ? words("teacher, student") : words("student"),
                        words("area 48 %\nflip\nblur"), i < 2});
    }
    crops->show(picture(28), words("sample 4711, step 300"), list);
    column->addWidget(crops, 2);
    auto* matrix = new MatrixView(words("teacher"), words("student"));
    matrix->setValues({NAN, 3.21, 3.4, 3.52, 3.8, 3.1, 3.3, NAN, 3.5, 3.6, 3.9, 3.2}, 2, 6);
    column->addWidget(matrix, 1);
    return box;
}

QWidget* measures() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* logits = new BarStrip(words("Student logits"), ColorRole::student);
    auto* shares = new BarStrip(words("Teacher softmax"), ColorRole::teacher);
    std::mt19937 random(2);
    std::normal_distribution<float> noise(0, 1);
    std::vector<float> values, powers;
    for (int i = 0; i < 1024; ++i)
        values.push_back(noise(random));
    for (const float value : values)
        powers.push_back(std::exp(4 * value) / 5e4F);
    logits->setValues(values);
    shares->setValues(powers);
    shares->setNote(words("entropy 2.41 · top 10: 63 %"));
    column->addWidget(logits);
    column->addWidget(shares);
    using Judgement = MeterBar::Judgement;
    const std::array<std::tuple<const char*, double, const char*, Judgement, const char*>, 4> readings = {
        {{"Loss against ln K", 0.4, "2.86 of 6.93", Judgement::good,
          "The loss is well below ln K: the networks agree on something."},
         {"Teacher entropy", 0.08, "0.31", Judgement::warning,
          "The teacher is nearly certain. Raise the teacher temperature."},
         {"Dead prototypes", 0.97, "992 of 1024", Judgement::bad,
          "One dimension wins for every picture. Switch centring on."},
         {"Feature rank", 0, "", Judgement::unknown, "Measured every 20 steps."}}};
    for (const auto& [title, position, value, judgement, advice] : readings) {
        auto* meter = new MeterBar(words(title));
        meter->setReading(position, words(value), judgement, words(advice));
        column->addWidget(meter);
    }
    auto* log = new LogView;
    log->append(LogView::Weight::info, 0, words("Run opened: 60,000 pictures, 10 classes."));
    log->append(LogView::Weight::warning, 120, words("Picture 812 could not be read and was replaced by picture 813."));
    log->append(LogView::Weight::error, 300,
                words("The loss is not finite. The run is paused; lower the learning rate."));
    column->addWidget(log, 2);
    return box;
}

QWidget* form() {
    using Kind = FieldDescription::Kind;
    auto* view = new ParamForm({{words("optim.lr"),
                                 words("Optimiser"),
                                 words("learning rate"),
                                 words("Peak rate."),
                                 {},
                                 words("1e-05 to 0.1 · now"),
                                 Kind::real,
                                 {},
                                 true,
                                 1e-5,
                                 0.1,
                                 true},
                                {words("optim.weight_decay"),
                                 words("Optimiser"),
                                 words("weight decay"),
                                 words("Shrinks weights."),
                                 {},
                                 words("0 to 1 · now"),
                                 Kind::real,
                                 {},
                                 true,
                                 0,
                                 1,
                                 false},
                                {words("loss.center"),
                                 words("Loss"),
                                 words("centring"),
                                 words("Subtract the centre."),
                                 {},
                                 words("new run"),
                                 Kind::flag,
                                 {},
                                 false,
                                 0,
                                 1,
                                 false},
                                {words("model.backbone"),
                                 words("Model"),
                                 words("backbone"),
                                 words("Network."),
                                 {},
                                 words("new run"),
                                 Kind::choice,
                                 {words("vit_micro"), words("vit_tiny")},
                                 false,
                                 0,
                                 1,
                                 false},
                                {words("data.folder"),
                                 words("Data"),
                                 words("folder"),
                                 words("Where the pictures are."),
                                 {},
                                 words("new run"),
                                 Kind::text,
                                 {},
                                 false,
                                 0,
                                 1,
                                 false},
                                {words("data.batch_size"),
                                 words("Data"),
                                 words("batch size"),
                                 words("Pictures a step."),
                                 words("pictures"),
                                 words("1 to 4096 · new run"),
                                 Kind::integer,
                                 {},
                                 false,
                                 0,
                                 1,
                                 false}});
    view->row(words("optim.lr"))->setText(words("0.0005"));
    view->row(words("optim.lr"))->setBaseline(words("0.001"));
    view->row(words("optim.lr"))->setState(FieldRow::State::pending, words("waits for the end of the step"));
    view->row(words("optim.weight_decay"))->setText(words("0.04"));
    view->row(words("loss.center"))->setText(words("true"));
    view->row(words("data.folder"))->setText(words("/usr/share/datasets/fashion"));
    view->row(words("data.batch_size"))->setText(words("-3"));
    view->row(words("data.batch_size"))
        ->setState(FieldRow::State::refused, words("batch size must be from 1 to 4096."));
    return view;
}

QWidget* bar(QWidget* parent) {
    auto* tools = new QToolBar(parent);
    tools->setIconSize({16, 16});
    tools->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const std::array<std::pair<LineIcon, const char*>, 12> icons = {{{LineIcon::run, "Run"},
                                                                     {LineIcon::pause, "Pause"},
                                                                     {LineIcon::step, "Step"},
                                                                     {LineIcon::stop, "Stop"},
                                                                     {LineIcon::plus, "New"},
                                                                     {LineIcon::previous, "Previous"},
                                                                     {LineIcon::next, "Next"},
                                                                     {LineIcon::shuffle, "Re-roll"},
                                                                     {LineIcon::freeze, "Freeze"},
                                                                     {LineIcon::save, "Export"},
                                                                     {LineIcon::search, "Search"},
                                                                     {LineIcon::lens, "Attention"}}};
    for (const auto& [icon, text] : icons)
        tools->addAction(lineIcon(icon, parent->palette()), words(text))->setEnabled(icon != LineIcon::pause);
    return tools;
}

void shoot(ThemeChoice choice, const QString& path) {
    applyTheme(*qApp, choice);
    QWidget page;
    auto* grid = new QGridLayout(&page);
    grid->addWidget(bar(&page), 0, 0, 1, 3);
    auto* message = new MessageBar;
    message->say(MessageBar::Kind::warning,
                 words("Picture 812 could not be read; picture 813 stands in for it. Look at the log for its name."));
    grid->addWidget(message, 1, 0, 1, 3);
    int column = 0;
    for (QWidget* part : {form(), plots(300), pictures(), measures()}) {
        part->setAutoFillBackground(true);
        QPalette colors = part->palette();
        colors.setColor(QPalette::Window, themeColor(ColorRole::panel, page.palette()));
        part->setPalette(colors);
        part->layout()->setContentsMargins(12, 12, 12, 12);
        grid->addWidget(part, 2, column++);
    }
    grid->setColumnStretch(1, 3);
    grid->setColumnStretch(2, 3);
    grid->setColumnStretch(3, 2);
    page.resize(1600, 860);
    page.show();
    for (int i = 0; i < 5; ++i)
        QApplication::processEvents();
    page.grab().save(path);
}

} // namespace
} // namespace dinoscope

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    if (argc != 2) {
        QTextStream(stderr) << "usage: widgets_gallery FOLDER\n";
        return 2;
    }
    const QDir folder(QString::fromLocal8Bit(argv[1]));
    dinoscope::shoot(dinoscope::ThemeChoice::light, folder.filePath(QStringLiteral("light.png")));
    dinoscope::shoot(dinoscope::ThemeChoice::dark, folder.filePath(QStringLiteral("dark.png")));
    return 0;
}
