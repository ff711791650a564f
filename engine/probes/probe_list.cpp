// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/probe_list.h"

namespace dinoscope {

const std::vector<NamedEntry>& probeList() {
    static const std::vector<NamedEntry> list = {
        {"crops", "Crops",
         "A picture and every view that is cut from it, with the box and the random changes of each. Of the last batch "
         "these are exactly the views that the networks saw."},
        {"softmax", "Softmax",
         "The outputs of both networks for the views of one picture, before temperature and centring, and how often "
         "each prototype is the largest in the last batch."},
        {"attention", "Attention",
         "Where the heads of one transformer block look in a picture, student and teacher side by side; or how strong "
         "the features of each patch are, and how alike. Convolutional networks have no attention but the other two."},
        {"neighbours", "Neighbours",
         "The pictures whose features are nearest to those of one picture, in the student and in the teacher."},
        {"samples", "Samples", "Pictures of the training set, small, with their classes."},
    };
    return list;
}

} // namespace dinoscope
