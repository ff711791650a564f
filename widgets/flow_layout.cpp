// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flow_layout.h"

#include <QWidget>

#include <algorithm>

namespace dinoscope {

FlowLayout::FlowLayout(int spacing, QWidget* parent) : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(spacing);
}

FlowLayout::~FlowLayout() {
    for (QLayoutItem* item : items_)
        delete item;
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)] : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    QLayoutItem* item = itemAt(index);
    if (item)
        items_.erase(items_.begin() + index);
    return item;
}

int FlowLayout::heightForWidth(int width) const { return flow(QRect(0, 0, width, 0), false); }

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        size = size.expandedTo(item->minimumSize());
    return size;
}

void FlowLayout::setGeometry(const QRect& area) {
    QLayout::setGeometry(area);
    flow(area, true);
}

int FlowLayout::flow(const QRect& area, bool place) const {
    int top = area.top();
    std::size_t first = 0;
    while (first < items_.size()) {
        int width = 0, height = 0;
        std::size_t end = first;
        for (; end < items_.size(); ++end) {
            const QSize size = items_[end]->sizeHint();
            const int wider = width + (end > first ? spacing() : 0) + size.width();
            if (end > first && wider > area.width())
                break;
            width = wider;
            height = std::max(height, size.height());
        }
        int left = area.left();
        for (std::size_t i = first; i < end; ++i) {
            const QSize size = items_[i]->sizeHint();
            if (place)
                items_[i]->setGeometry(QRect(left, top + (height - size.height()) / 2,
                                             std::min(size.width(), area.width()), size.height()));
            left += size.width() + spacing();
        }
        top += height + spacing();
        first = end;
    }
    return std::max(0, top - area.top() - spacing());
}

} // namespace dinoscope
