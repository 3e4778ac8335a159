// See context.h in the folder above.
#pragma once
