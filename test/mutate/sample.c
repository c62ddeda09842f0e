/* What the tool itself is tested with: every change is possible here; main() judges with gaps. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LIMIT 10
#define FITS(n) ((n) < LIMIT)

static int noted;

static void note(int from, int to)
{
	noted += to - from;
}

static bool inside(int n, int low, int high)
{
	if (n < low || !FITS(high))
		return false;
	return n <= high;
}

static bool they_same(int a, int b)
{
	return a == b;
}

/* Neither a longer array nor another order makes a difference. */
static bool is_known(int n)
{
	int known[2 * LIMIT] = {7};

	return they_same(n, known[0]) && memcmp(&n, known, sizeof(n)) == 0;
}

static const int *find(const int *rows, size_t count, int wanted)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i] == wanted)
			return &rows[i];
	return NULL;
}

static uint32_t sum(const int *rows, size_t count)
{
	uint32_t total = 0;

	while (count > 0) {
		if (rows[--count] < 0)
			continue;
		total += (uint32_t)rows[count];
	}
	note(1, 3);
	return total << 1;
}

int main(void)
{
	static const int rows[] = {3, -1, 4};

	if (!inside(5, 1, 9) || inside(0, 1, 9) || find(rows, 3, 4) != rows + 2 || !is_known(7))
		return 1;
	return sum(rows, 3) == 14 ? 0 : 1;
}
