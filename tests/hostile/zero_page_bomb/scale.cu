__asm__(".bss\n.globl huge\nhuge:\n.zero 0x10000000000\n.text\n");
//@ shared/scale.h
//@ shared/launcher.h
