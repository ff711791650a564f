// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/workspace.h"

#include "ui/panel_table.h"

#include <QAction>
#include <QDockWidget>
#include <QEvent>
#include <QMenu>
#include <QSettings>
#include <QTabBar>
#include <QTimer>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kLayoutVersion = 4;
constexpr int kNarrow = 1200, kLow = 720; ///< below, the rows of a column become tabs
const auto kStateKey = QStringLiteral("layout/docks");

} // namespace

Workspace::Workspace(const PanelContext& context, QWidget* parent) : QMainWindow(parent) {
    setObjectName(QStringLiteral("workspace"));
    setWindowFlags(Qt::Widget);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    for (const PanelEntry& entry : panelTable()) {
        auto* dock = new QDockWidget(entry.title, this);
        dock->setObjectName(entry.id);
        dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable |
                          QDockWidget::DockWidgetFloatable);
        Panel* panel = entry.make(context);
        panel->setObjectName(entry.id);
        panel->setAccessibleName(entry.title);
        connect(panel, &Panel::pictureSent, this, &Workspace::showPicture);
        panel->setAutoFillBackground(true);
        panel->setBackgroundRole(QPalette::Base);
        dock->setWidget(panel);
        const auto noteChange = [this] { isDefault_ = isDefault_ && arranging_; };
        connect(dock, &QDockWidget::dockLocationChanged, this, noteChange);
        connect(dock, &QDockWidget::topLevelChanged, this, noteChange);
        connect(dock->toggleViewAction(), &QAction::triggered, this, noteChange);
        panels_.push_back(panel);
        docks_.push_back(dock);
    }
    arrange();
}

QDockWidget* Workspace::dock(const QString& id) const {
    for (QDockWidget* dock : docks_)
        if (dock->objectName() == id)
            return dock;
    return nullptr;
}

void Workspace::showPicture(const QString& id, const PictureRef& picture) {
    QDockWidget* target = dock(id);
    auto* panel = target ? qobject_cast<Panel*>(target->widget()) : nullptr;
    if (!panel)
        return;
    panel->showPicture(picture);
    target->show();
    target->raise();
    panel->setFocus();
}

void Workspace::fillViewMenu(QMenu& menu) const {
    for (QDockWidget* dock : docks_)
        menu.addAction(dock->toggleViewAction());
}

bool Workspace::tabbed(int column) const {
    return !showsAll_ && (height() < kLow || (column == 2 && width() < kNarrow));
}

std::vector<PanelPlace> Workspace::places() const {
    std::vector<PanelPlace> places;
    std::map<int, int> rows, heights; // of each column, and what its rows need
    for (const PanelEntry& entry : panelTable())
        places.push_back(entry.place);
    if (!showsAll_)
        return places;
    const auto add = [&](std::size_t i, int column) {
        places[i] = {column, rows[column]++, false};
        heights[column] += docks_[i]->minimumSizeHint().height();
    };
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!places[i].isTab)
            add(i, places[i].column);
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].isTab)
            others.push_back(i);
    // The highest first, so that the low ones level the columns.
    std::stable_sort(others.begin(), others.end(), [this](std::size_t a, std::size_t b) {
        return docks_[a]->minimumSizeHint().height() > docks_[b]->minimumSizeHint().height();
    });
    for (const std::size_t i : others) {
        const auto lowest = std::min_element(heights.begin(), heights.end(),
                                             [](const auto& a, const auto& b) { return a.second < b.second; });
        add(i, lowest->first);
    }
    return places;
}

void Workspace::arrange() {
    arranging_ = true;
    tabs_ = {tabbed(1), tabbed(2)};
    const std::vector<PanelPlace> table = places();
    for (QDockWidget* dock : docks_) {
        dock->setFloating(false);
        removeDockWidget(dock);
    }
    std::map<int, QDockWidget*> last;                // the last dock of each column so far
    for (std::size_t i = 0; i < table.size(); ++i) { // all columns first, so that each keeps its whole height
        const int column = table[i].column;
        if (last.contains(column))
            continue;
        if (last.empty())
            addDockWidget(Qt::LeftDockWidgetArea, docks_[i]);
        else
            splitDockWidget(last.rbegin()->second, docks_[i], Qt::Horizontal);
        last[column] = docks_[i];
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
        const PanelPlace& place = table[i];
        QDockWidget*& above = last[place.column];
        if (above == docks_[i] || place.isTab)
            continue;
        if (tabbed(place.column))
            tabifyDockWidget(above, docks_[i]);
        else
            splitDockWidget(above, docks_[i], Qt::Vertical);
        above = docks_[i];
    }
    for (std::size_t i = 1; i < table.size(); ++i) // a place with tabs cannot be split any more
        if (table[i].isTab)
            tabifyDockWidget(docks_[i - 1], docks_[i]);
    for (QDockWidget* dock : docks_)
        dock->show();
    for (std::size_t i = table.size(); i-- > 0;)
        if (!table[i].isTab)
            docks_[i]->raise();
    if (showsAll_)
        size({{0, 300}, {1, 640}, {2, 500}}, {{QStringLiteral("parameters"), 38},
                                              {QStringLiteral("runs"), 32},
                                              {QStringLiteral("neighbours"), 30},
                                              {QStringLiteral("curves"), 55},
                                              {QStringLiteral("laboratory"), 45},
                                              {QStringLiteral("attention"), 38},
                                              {QStringLiteral("crops"), 25},
                                              {QStringLiteral("data"), 30},
                                              {QStringLiteral("health"), 23},
                                              {QStringLiteral("log"), 14}});
    else
        size(tabbed(2) ? std::map<int, int>{{0, 300}, {1, 640}, {2, 500}}
                       : std::map<int, int>{{0, 240}, {1, 665}, {2, 535}},
             {{QStringLiteral("curves"), 60},
              {QStringLiteral("laboratory"), 40},
              {QStringLiteral("attention"), 46},
              {QStringLiteral("crops"), 28},
              {QStringLiteral("health"), 26}});
    isDefault_ = true;
    arranging_ = false;
}

void Workspace::size(const std::map<int, int>& widths, const std::map<QString, int>& heights) {
    const std::vector<PanelPlace> table = places();
    std::map<int, QDockWidget*> heads;
    std::map<int, std::pair<QList<QDockWidget*>, QList<int>>> columns;
    for (std::size_t i = 0; i < table.size(); ++i) {
        heads.emplace(table[i].column, docks_[i]);
        if (const auto found = heights.find(docks_[i]->objectName()); found != heights.end()) {
            columns[table[i].column].first << docks_[i];
            columns[table[i].column].second << found->second * std::max(400, height()) / 100;
        }
    }
    QList<QDockWidget*> docks;
    QList<int> sizes;
    for (const auto& [column, dock] : heads) {
        docks << dock;
        sizes << widths.at(column) * std::max(800, width()) / 1440;
    }
    resizeDocks(docks, sizes, Qt::Horizontal);
    for (const auto& [column, entry] : columns)
        if (!tabbed(column))
            resizeDocks(entry.first, entry.second, Qt::Vertical);
}

void Workspace::resetLayout() {
    showsAll_ = false;
    arrange();
}

void Workspace::showAllPanels() {
    showsAll_ = true;
    arrange();
}

QStringList Workspace::panelsOutOfSight() const {
    QStringList titles;
    for (std::size_t i = 0; i < panels_.size(); ++i)
        if (!panels_[i]->isVisible() || panels_[i]->visibleRegion().isEmpty())
            titles << docks_[i]->windowTitle();
    return titles;
}

void Workspace::applyLayout(const QString& name) {
    resetLayout();
    if (name == QStringLiteral("temperature"))
        size({{0, 240}, {1, 800}, {2, 400}}, {{QStringLiteral("curves"), 35}, {QStringLiteral("laboratory"), 65}});
    else if (name == QStringLiteral("attention"))
        size({{0, 240}, {1, 400}, {2, 800}},
             {{QStringLiteral("attention"), 60}, {QStringLiteral("crops"), 22}, {QStringLiteral("health"), 18}});
    else
        size({{0, 250}, {1, 790}, {2, 400}}, {{QStringLiteral("curves"), 72}, {QStringLiteral("laboratory"), 28}});
    isDefault_ = false;
}

void Workspace::save(QSettings& settings) const { settings.setValue(kStateKey, saveState(kLayoutVersion)); }

bool Workspace::restore(const QSettings& settings) {
    const QByteArray state = settings.value(kStateKey).toByteArray();
    if (state.isEmpty() || !restoreState(state, kLayoutVersion))
        return false;
    isDefault_ = false;
    arranged_ = true;
    if (!isVisible())
        toRestore_ = state; // sizes need a size to share
    return true;
}

void Workspace::arrangeSoon() {
    arranged_ = isVisible();
    QTimer::singleShot(0, this, [this] {
        if (isDefault_)
            arrange();
    });
}

void Workspace::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (!isDefault_ || arranging_ || width() < 300)
        return;
    if (!arranged_ || tabs_ != std::pair(tabbed(1), tabbed(2)))
        arrangeSoon();
}

/// The size it is shown with counts; else a later change of size would put back the tabs that a person has chosen.
void Workspace::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (isDefault_ && !arranged_)
        arrangeSoon();
    else if (!toRestore_.isEmpty())
        QTimer::singleShot(0, this, [this] { restoreState(std::exchange(toRestore_, {}), kLayoutVersion); });
}

} // namespace dinoscope
