__global__ void as(int* o, float* f, unsigned sm) {
  int r;
  asm volatile(
      "{ .reg .u32 t1; .reg .pred p; add.u32 t1, %1, 0x10; { .reg .u32 t1; mov.u32 t1, 5; setp.eq.u32 p, t1, %1; } @p "
      "add.u32 t1, t1, 010; @!p bra L_%=; mov.u32 %0, t1; L_%=: mov.b32 %0, 0b101; }"
      : "=r"(r)
      : "r"(o[0]));
  o[1] = r;
  asm volatile("{.reg .u32 a<3>, b;\n mov.u32 a0, WARP_SZ; mad.lo.u32 a1, a0, 3, 4; mov.u32 b, %%smid; sub.u32 %0, a1, b;}" : "=r"(r));
  o[2] = r;
  asm volatile("cp.async.ca.shared.global [%0], [%1], 16;\n cp.async.commit_group; cp.async.wait_group 0;" ::"r"(sm), "l"(f));
  unsigned a0, a1, a2, a3;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3) : "r"(sm));
  float d0, d1, d2, d3;
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)
               : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(a0), "r"(a1));
  f[0] = d0 + d1 + d2 + d3;
  float x;
  asm("ld.global.L1::no_allocate.L2::128B.f32 %0, [%1+4];" : "=f"(x) : "l"(f));
  f[3] = x;
  asm("lop3.b32 %0, %1, 7, 9, 0xe8;" : "=r"(r) : "r"(o[3]));
  o[5] = r;
  asm("mov.f32 %0, 0f3F800000;" : "=f"(x));
  f[7] = x;
  asm volatile("{ .reg .v4 .b32 q; mov.b32 q.x, 1; mov.b32 q.y, q.x; mov.b32 %0, q.y; }" : "=r"(r));
  o[8] = r;
}
