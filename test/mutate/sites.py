"""Where a C file can be changed, and into what: from clang's syntax tree, never from patterns in the text.

Each change is one that a tired author could have made: another comparison, one more or one less, a condition the
wrong way round, a statement or a return left out, two operands or arguments in the wrong order.
"""
import os
import re
import sys
import zlib

try:
    from clang import cindex
except ImportError:  # another python than the distribution's
    sys.path.append('/usr/lib/python3/dist-packages')
    from clang import cindex

K = cindex.CursorKind
OTHER = {
    '<': ['<=', '>'], '<=': ['<', '>='], '>': ['>=', '<'], '>=': ['>', '<='], '==': ['!='], '!=': ['=='],
    '&&': ['||'], '||': ['&&'], '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['/'], '<<': ['>>'], '>>': ['<<'],
    '&': ['|'], '|': ['&'], '^': ['&'],
    '+=': ['-='], '-=': ['+='], '*=': ['='], '/=': ['*='], '%=': ['/='], '<<=': ['>>='], '>>=': ['<<='],
    '&=': ['|='], '|=': ['&='], '^=': ['&='],
}
ONE_WAY = ('-', '/', '%', '<<', '>>')  # where the order of operands counts and nothing else here changes it
LONG_TABLE = 16  # elements; of those one literal in ten is changed
NOT_CHANGED = ('assert(', '_Static_assert(', 'static_assert(')


class Mutant:
    """Octets [start, end) of a file replaced by `new`."""

    def __init__(self, path, function, start, end, new, text):
        self.path, self.function, self.start, self.end, self.new = path, function, start, end, new
        self.line = text.count(b'\n', 0, start) + 1
        first = text.rfind(b'\n', 0, start) + 1
        last = text.find(b'\n', end)
        self.old_line = squeeze(text[first:last])
        self.new_line = squeeze(text[first:start] + new + text[end:last])

    def key(self):
        """What stays when lines move."""
        return (self.path, self.function, self.old_line, self.new_line)

    def applied(self, text):
        return text[:self.start] + self.new + text[self.end:]

    def __str__(self):
        return f'{self.path}:{self.line} {self.function}: {self.old_line}  =>  {self.new_line}'


def squeeze(octets):
    return ' '.join(octets.decode().split())


def strip(node):
    """Without the implicit conversions around it."""
    while node.kind == K.UNEXPOSED_EXPR:
        inside = list(node.get_children())
        if len(inside) != 1:
            break
        node = inside[0]
    return node


def is_equality(call, around):
    """Has it no direction?"""
    if call.spelling.endswith(('_equal', '_same', '_same_ip', '_same_site')):
        return True
    return call.spelling in ('memcmp', 'strcmp', 'strncmp') and re.search(rb'[=!]= 0$', around or b'') is not None


class Finder:
    def __init__(self, path, arguments):
        self.path = path
        with open(path, 'rb') as f:
            self.text = f.read()
        self.unit = cindex.Index.create().parse(path, args=arguments)
        errors = [str(d) for d in self.unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            raise SystemExit(f'{path} is not understood: {errors[0]}')
        self.found, self.seen = [], set()
        for top in self.unit.cursor.get_children():
            if top.location.file and top.location.file.name == path:
                self.function = top.spelling if top.kind == K.FUNCTION_DECL else '-'
                self.returns = top.result_type if top.kind == K.FUNCTION_DECL else None
                self.walk(top, None, 0)

    def source(self, start, end):
        return self.text[start:end]

    def span(self, node):
        return node.extent.start.offset, node.extent.end.offset

    def add(self, start, end, new):
        old = self.source(start, end)
        if new == old or (start, end, new) in self.seen or start >= end:
            return
        self.seen.add((start, end, new))
        self.found.append(Mutant(self.path, self.function, start, end, new, self.text))

    def walk(self, node, parent, depth):
        text = self.source(*self.span(node))
        if text.startswith(tuple(n.encode() for n in NOT_CHANGED)):
            return
        change = {
            K.BINARY_OPERATOR: self.operator, K.COMPOUND_ASSIGNMENT_OPERATOR: self.operator,
            K.UNARY_OPERATOR: self.unary, K.INTEGER_LITERAL: self.literal, K.IF_STMT: self.branch,
            K.WHILE_STMT: self.branch, K.CONDITIONAL_OPERATOR: self.choice, K.CALL_EXPR: self.arguments,
            K.RETURN_STMT: self.returned, K.COMPOUND_STMT: self.statements, K.FOR_STMT: self.loop,
            K.BREAK_STMT: self.jump, K.CONTINUE_STMT: self.jump,
        }.get(node.kind)
        if change:
            change(node, parent)
        children = list(node.get_children())
        if node.kind == K.VAR_DECL:
            children = [c for c in children if not self.bound(c)]
        if node.kind == K.INIT_LIST_EXPR and len(children) > LONG_TABLE:
            children = [c for c in children if zlib.crc32(b'%d' % c.extent.start.offset) % 10 == 0]
        if node.kind not in (K.ENUM_DECL, K.STRUCT_DECL, K.SWITCH_STMT, K.CASE_STMT):
            for child in children:
                self.walk(child, node, depth + 1)
        elif node.kind in (K.SWITCH_STMT, K.CASE_STMT):
            for child in children[1 if node.kind == K.CASE_STMT else 0:]:
                self.walk(child, node, depth + 1)

    def operator(self, node, _):
        left, right = node.get_children()
        (left_start, left_end), (right_start, right_end) = self.span(left), self.span(right)
        between = self.source(left_end, right_start)
        op = between.strip().decode()
        at = left_end + len(between) - len(between.lstrip())
        if op not in OTHER:  # an assignment, or something out of a macro
            return
        for other in OTHER[op]:
            self.add(at, at + len(op), other.encode())
        if op in ONE_WAY:
            a, b = self.source(left_start, left_end), self.source(right_start, right_end)
            self.add(left_start, right_end, b'(' + b + between + b'(' + a + b'))')
        if op in ('&&', '||'):
            self.add(left_start, right_end, self.source(right_start, right_end))
            self.add(left_start, right_end, self.source(left_start, left_end))

    def unary(self, node, _):
        start, end = self.span(node)
        text = self.source(start, end)
        for op, other in ((b'++', b'--'), (b'--', b'++')):
            if text.startswith(op):
                self.add(start, start + 2, other)
            elif text.endswith(op):
                self.add(end - 2, end, other)
        if text[:1] in b'!~-' and text[:2] != b'--':
            self.add(start, start + 1, b'')

    def literal(self, node, _):
        start, end = self.span(node)
        text = self.source(start, end).decode()
        digits = text.rstrip('uUlL')
        try:
            value = int(digits, 0 if not digits.startswith('0') or len(digits) == 1 or digits[1] in 'xX' else 8)
        except ValueError:  # a macro, or a character
            return
        suffix = text[len(digits):]
        self.add(start, end, f'{value + 1}{suffix}'.encode())
        if value:
            self.add(start, end, f'{value - 1}{suffix}'.encode())

    def bound(self, node):
        """Is it the length of an array? Nobody could notice a longer one."""
        start, end = self.span(node)
        if self.source(start - 1, start) != b'[' or self.source(end, end + 1) != b']':
            return False
        self.add(start, end, b'(' + self.source(start, end) + b') - 1')
        return True

    def negate(self, node):
        start, end = self.span(node)
        text = self.source(start, end)
        if text.startswith(b'!') and strip(node).kind == K.UNARY_OPERATOR:
            return  # done as an operator left out
        self.add(start, end, b'!(' + text + b')')

    def branch(self, node, _):
        self.negate(next(iter(node.get_children())))

    def choice(self, node, _):
        self.negate(next(iter(node.get_children())))

    def loop(self, node, _):
        body = list(node.get_children())[-1]
        if body.kind == K.CALL_EXPR:
            self.add(*self.span(body), b'(void)0')

    def arguments(self, node, parent):
        given = list(node.get_arguments())
        if is_equality(node, parent and self.source(*self.span(parent))):
            return
        for a, b in zip(given, given[1:]):
            if a is None or b is None or a.type.get_canonical().spelling != b.type.get_canonical().spelling:
                continue
            (a_start, a_end), (b_start, b_end) = self.span(a), self.span(b)
            between = self.source(a_end, b_start)
            if between.strip() == b',':
                self.add(a_start, b_end, self.source(b_start, b_end) + between + self.source(a_start, a_end))

    def returned(self, node, _):
        inside = list(node.get_children())
        start, end = self.span(node)
        if not inside:
            self.add(start, end, b'(void)0')
            return
        value = self.source(*self.span(inside[0]))
        kind = self.returns.get_canonical().kind if self.returns else None
        if kind == cindex.TypeKind.BOOL:
            if value not in (b'true', b'false'):
                self.add(start, end, b'return true')
                self.add(start, end, b'return false')
            else:
                self.add(start, end, b'return ' + (b'false' if value == b'true' else b'true'))
        elif kind == cindex.TypeKind.POINTER:
            if value != b'NULL':
                self.add(start, end, b'return NULL')
        elif kind is not None and kind != cindex.TypeKind.RECORD:
            self.add(start, end, b'return 0')
            self.add(start, end, b'return (' + value + b') + 1')

    def statements(self, node, _):
        for child in node.get_children():
            self.leave_out(child)
            for part in child.get_children() if child.kind in (K.IF_STMT, K.WHILE_STMT) else ():
                self.leave_out(part, conditional=True)

    def leave_out(self, node, conditional=False):
        start, end = self.span(node)
        if self.source(end, end + 1) != b';':
            return
        text = self.source(start, end)
        if text.startswith((b'(void)',) + tuple(n.encode() for n in NOT_CHANGED)):
            return
        if node.kind in (K.CALL_EXPR, K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.UNARY_OPERATOR):
            self.add(start, end, b'(void)0')
        elif conditional and node.kind == K.RETURN_STMT:
            self.add(start, end, b'(void)0')

    def jump(self, node, parent):
        start, end = self.span(node)
        if parent is not None and parent.kind == K.IF_STMT:
            self.add(start, end, b'(void)0')
        if node.kind == K.CONTINUE_STMT:
            self.add(start, end, b'break')


def sites(path, arguments):
    return Finder(path, arguments).found


if __name__ == '__main__':
    for file in sys.argv[1:]:
        for m in sites(file, os.environ.get('MUTATE_FLAGS', '-std=c11 -Iinclude -Imodules').split()):
            print(m)
