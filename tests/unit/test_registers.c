/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes files in the place of devices, checks what each way to the registers
 * does to their bytes. Never touches a device.
 */
#include "linux_root.h"

#include <inttypes.h>
#include <sys/ioctl.h>

#include "linux/registers.h"

/* GPU0_MEM_BAR of stack 4, SM 0: its numbers are those of the facts, 5.1 and 5.2. */
static const struct nv2_write mem_bar = {
	.npu = "npu0",
	.chip = 0,
	.name = "GPU0_MEM_BAR.stack0.sm0",
	.reg = 0x400020,
	.mmio = 0x10020, /* not the real one, 0x6030200400020: files end before */
	.addr_scom = 0x501168e,
	.data_scom = 0x501168f,
	.indirect = 0x400020c000000000,
};

/* Where the kernel has the SCOMs in its file: times 8. The pair of every chip is there. */
#define ADDR_POSITION 0x2808b470
#define DATA_POSITION 0x2808b478
#define SCOM_FILE_SIZE 0x2808b480

/* The facts' example for the host's aperture; any number whose bytes all differ would do. */
#define VALUE 0x8123456789abcdefu
static const unsigned char value_bytes[8] = {0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

#define NPU_REGS_SIZE 0x1000000

static struct registers registers;

static void teardown_registers(void)
{
	registers_close(&registers);
	teardown_root();
}

static bool choose(const char *one, const char *two, const char *three)
{
	const char *const given[] = {one, two, three};
	size_t count = 0;

	while (count < COUNT(given) && given[count])
		count++;
	return registers_init(&registers, &root, given, count);
}

static void check_value(uint64_t wanted)
{
	uint64_t value = 1;

	ck_assert_int_eq(registers_read(&registers, &mem_bar, &value), 0);
	ck_assert_uint_eq(value, wanted);
}

static void check_bytes(const char *path, long at)
{
	unsigned char bytes[8];

	get_at(path, at, bytes, sizeof(bytes));
	ck_assert_mem_eq(bytes, value_bytes, sizeof(bytes));
}

/* Fails with this, says why, and leaves no descriptor open but those of channels. */
static void check_failure(int error, const char *why)
{
	unsigned open = count_open() - registers.channel_count;
	uint64_t value = 1;

	forget();
	ck_assert_int_eq(registers_read(&registers, &mem_bar, &value), error);
	ck_assert_uint_eq(value, 0);
	ck_assert_heard(why);
	ck_assert_uint_eq(heard.errors, 1);
	ck_assert_uint_eq(count_open() - registers.channel_count, open);
}

/* ---- the command line ---- */

START_TEST(backends_are_understood)
{
	static const struct {
		const char *option, *npu, *backend, *path;
		uint64_t offset;
	} cases[] = {
		{"scom", NULL, "scom", NULL, 0},
		{"npu0=scom", "npu0", "scom", NULL, 0},
		{"opal-prd", NULL, "opal-prd", NULL, 0},
		{"mem:/dev/mem", NULL, "mem", "/dev/mem", 0},
		{"mem:/a@8", NULL, "mem", "/a@8", 0},
		{"file:/a", NULL, "file", "/a", 0},
		{"file:/a@8", NULL, "file", "/a", 8},
		{"file:/a@0x1000", NULL, "file", "/a", 0x1000},
		{"file:/npu@5011000/a", NULL, "file", "/npu@5011000/a", 0},
		{"file:/npu@5011000/a@16", NULL, "file", "/npu@5011000/a", 16},
		{"file:/a=b", NULL, "file", "/a=b", 0},
		{"npu8=file:/a=b:c@24", "npu8", "file", "/a=b:c", 24},
		{"file:/a@", NULL, "file", "/a@", 0},
		{"pci:0000:01:00.0/2", NULL, "pci", "/sys/bus/pci/devices/0000:01:00.0/resource2",
		 0},
		{"npu0=pci:0030:0A:1F.7/0@0x1000000", "npu0", "pci",
		 "/sys/bus/pci/devices/0030:0a:1f.7/resource0", 0x1000000},
		{"pci:10000000:01:00.0/5", NULL, "pci",
		 "/sys/bus/pci/devices/10000000:01:00.0/resource5", 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct register_choice *choice = &registers.choices[0];

		ck_assert_msg(choose(cases[i].option, NULL, NULL), "%s", cases[i].option);
		ck_assert_uint_eq(registers.choice_count, 1);
		ck_assert_pstr_eq(choice->npu, cases[i].npu);
		ck_assert_str_eq(choice->backend->name, cases[i].backend);
		ck_assert_pstr_eq(choice->path, cases[i].path);
		ck_assert_uint_eq(choice->offset, cases[i].offset);
		registers_close(&registers);
	}
	ck_assert_uint_eq(heard.lines, 0);
}
END_TEST

START_TEST(backends_are_not_understood)
{
	static const char *const bad[] = {
		"",
		"npu0",
		"npu0=",
		"=scom",
		"scoms",
		"sco",
		"SCOM",
		"scom:",
		"scom:/sys",
		"opal-prd:/dev/opal-prd",
		"mem",
		"mem:",
		"file",
		"file:",
		"file:@8",
		"file:/a@7",
		"file:/a@0x",
		"file:/a@12x",
		"file:/a@abc",
		"file:/a@18446744073709551616",
		"file:/a@0x7ffffffffffffff8",
		"pci",
		"pci:",
		"pci:0000:01:00.0",
		"pci:0000:01:00.0/",
		"pci:0000:01:00.0/6",
		"pci:0000:01:00.0/22",
		"pci:0000:01:00.8/2",
		"pci:0000:1:00.0/2",
		"pci:000:01:00.0/2",
		"pci:000000000:01:00.0/2",
		"pci:01:00.0/2",
		"pci:0000:01:0.0/2",
		"pci:0000:01:00/2",
		"pci:0000:01:00.0/2@4",
		"pci:../../../:01:00.0/2",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		forget();
		ck_assert_msg(!choose(bad[i], NULL, NULL), "%s", bad[i]);
		ck_assert_uint_eq(heard.errors, 1);
		ck_assert_heard("cannot understand --backend");
		ck_assert_uint_eq(registers.choice_count, 0);
	}
	ck_assert(!choose("scom", "opal-prd", NULL));
	ck_assert_heard("there is another one for the same NPU");
	ck_assert(!choose("npu0=scom", "scom", "npu0=opal-prd"));
	ck_assert(choose("npu0=scom", "scom", "npu8=opal-prd"));
}
END_TEST

START_TEST(there_can_be_too_many)
{
	static char names[REGISTER_CHOICES_MAX + 1][16];
	static const char *given[REGISTER_CHOICES_MAX + 1];

	for (size_t i = 0; i < COUNT(given); i++) {
		snprintf(names[i], sizeof(names[i]), "npu%zu=scom", i);
		given[i] = names[i];
	}
	ck_assert(!registers_init(&registers, &root, given, COUNT(given)));
	ck_assert_heard("there are too many of them");
	ck_assert(registers_init(&registers, &root, given, COUNT(given) - 1));
}
END_TEST

START_TEST(a_wrong_backend_is_a_wrong_command_line)
{
	const char *const given[] = {"scom:"}, *const good[] = {"npu0=file:/window"};
	unsigned open = count_open();
	struct linux_machine *machine;
	bool usage = false;

	options.backends = given;
	options.backend_count = 1;
	ck_assert_ptr_null(linux_machine_open(&options, &usage));
	ck_assert(usage);
	ck_assert_uint_eq(count_open(), open);
	options.backend_count = 0;
	machine = linux_machine_open(&options, &usage);
	ck_assert_ptr_nonnull(machine);
	ck_assert(!usage);
	linux_machine_close(machine);
	linux_machine_close(NULL);
	ck_assert_uint_eq(count_open(), open);
	ck_assert_int_eq(rename(path_of("run"), path_of("ran")), 0);
	options.backends = good;
	options.backend_count = 1;
	ck_assert_ptr_null(linux_machine_open(&options, &usage));
	ck_assert(!usage);
	ck_assert_uint_eq(count_open(), open);
}
END_TEST

/* ---- which one is taken ---- */

START_TEST(an_npu_s_own_backend_comes_first)
{
	struct nv2_write other = mem_bar;
	uint64_t value;

	other.npu = "npu8";
	put_hole("window0", NPU_REGS_SIZE);
	put_hole("window8", NPU_REGS_SIZE);
	ck_assert(choose("file:/window8", "npu0=file:/window0", NULL));
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	ck_assert_int_eq(registers_read(&registers, &other, &value), 0);
	ck_assert_uint_eq(value, 0);
	check_bytes("window0", 0x400020);
	ck_assert_int_eq(registers_write(&registers, &other, VALUE), 0);
	check_bytes("window8", 0x400020);
}
END_TEST

START_TEST(an_npu_without_a_backend)
{
	ck_assert(choose("npu8=scom", NULL, NULL));
	check_failure(-ENODEV, "add --backend npu0=");
}
END_TEST

START_TEST(without_a_choice_it_is_scom_where_there_is_one)
{
	put_hole("sys/kernel/debug/powerpc/scom/00000000/access", SCOM_FILE_SIZE);
	ck_assert(choose(NULL, NULL, NULL));
	check_value(0);
	ck_assert_heard("registers are reached through scom");
	registers_close(&registers);
	ck_assert_int_eq(rename(path_of("sys/kernel/debug/powerpc"), path_of("gone")), 0);
	ck_assert(choose(NULL, NULL, NULL));
	check_failure(-ENOENT, "/dev/opal-prd for registers: No such file or directory: this "
			       "kernel needs CONFIG_OPAL_PRD");
}
END_TEST

START_TEST(two_npus_share_what_can_be_opened_once)
{
	struct nv2_write other = mem_bar;
	uint64_t value;
	unsigned open;

	other.npu = "npu8";
	other.chip = 8;
	put_hole("window", NPU_REGS_SIZE);
	ck_assert(choose("npu0=file:/window", "npu8=file:/window", NULL));
	check_value(0);
	open = count_open();
	ck_assert_int_eq(registers_read(&registers, &other, &value), 0);
	ck_assert_uint_eq(count_open(), open);
}
END_TEST

START_TEST(registers_are_where_registers_can_be)
{
	struct nv2_write wrong = mem_bar;
	uint64_t value;

	put_hole("window", NPU_REGS_SIZE);
	ck_assert(choose("file:/window", NULL, NULL));
	wrong.reg = 0x400024;
	ck_assert_int_eq(registers_read(&registers, &wrong, &value), -EINVAL);
	wrong.reg = 0x1000000;
	ck_assert_int_eq(registers_write(&registers, &wrong, 0), -EINVAL);
	wrong.reg = 0xfffff8;
	ck_assert_int_eq(registers_write(&registers, &wrong, VALUE), 0);
	check_bytes("window", 0xfffff8);
	wrong.mmio = 0x10024;
	ck_assert_int_eq(registers_read(&registers, &wrong, &value), -EINVAL);
	ck_assert_heard("no register is at");
}
END_TEST

START_TEST(nothing_is_written_when_only_looking)
{
	unsigned char bytes[8], zeros[8] = {0};

	put_hole("window", NPU_REGS_SIZE);
	root_close(&root);
	open_root(true);
	ck_assert(choose("file:/window", NULL, NULL));
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), -EROFS);
	get_at("window", 0x400020, bytes, 8);
	ck_assert_mem_eq(bytes, zeros, 8);
}
END_TEST

/* ---- mapped ---- */

static bool is_mapped(const char *path)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[4096 + 256];
	bool found = false;

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps))
		found = found || strstr(line, path);
	fclose(maps);
	return found;
}

START_TEST(a_file_is_a_window)
{
	unsigned char before[16] = {0};

	put_hole("window", NPU_REGS_SIZE + 0x1008);
	ck_assert(choose("file:/window@0x1008", NULL, NULL));
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	registers_barrier(&registers);
	check_value(VALUE);
	/* Big-endian, whatever we run on, and nothing beside it. */
	check_bytes("window", 0x401028);
	get_at("window", 0x401020, before, 8);
	get_at("window", 0x401030, before + 8, 8);
	ck_assert_mem_eq(before, ((unsigned char[16]){0}), 16);
	/* A mapping that stays would be in the way of a driver. */
	ck_assert(!is_mapped(path_of("window")));
}
END_TEST

START_TEST(a_file_may_end_in_a_page)
{
	put_hole("window", 0x400028);
	ck_assert(choose("file:/window", NULL, NULL));
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	check_bytes("window", 0x400020);
	ck_assert_int_eq(truncate(path_of("window"), 0x400027), 0);
	check_failure(-ENXIO, "the file ends before this register");
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), -ENXIO);
}
END_TEST

START_TEST(files_that_are_no_windows)
{
	make_dirs("directory");
	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	put_hole("window", NPU_REGS_SIZE);
	ck_assert_int_eq(symlink("window", path_of("link")), 0);
	ck_assert(choose("file:/none", NULL, NULL));
	check_failure(-ENOENT, "/none for registers");
	registers_close(&registers);
	ck_assert(choose("file:/directory", NULL, NULL));
	check_failure(-EISDIR, "/directory for registers");
	registers_close(&registers);
	ck_assert(choose("file:/fifo", NULL, NULL));
	check_failure(-EINVAL, "it has to be a regular file");
	registers_close(&registers);
	ck_assert(choose("file:/link", NULL, NULL));
	check_failure(-ELOOP, "/link for registers");
	registers_close(&registers);
	ck_assert(choose("file:/../window", NULL, NULL));
	check_failure(-EXDEV, "/../window for registers");
}
END_TEST

START_TEST(memory_is_at_its_address)
{
	put_hole("dev/mem", 0x10028);
	ck_assert(choose("mem:/dev/mem", NULL, NULL));
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	registers_barrier(&registers);
	check_value(VALUE);
	check_bytes("dev/mem", 0x10020);
	ck_assert_int_eq(truncate(path_of("dev/mem"), 0x10020), 0);
	check_failure(-ENXIO, "the file ends before this address");
	registers_close(&registers);
	ck_assert_int_eq(remove(path_of("dev/mem")), 0);
	ck_assert(choose("mem:/dev/mem", NULL, NULL));
	check_failure(-ENOENT, "CONFIG_DEVMEM");
}
END_TEST

START_TEST(an_address_that_no_file_can_have)
{
	struct nv2_write far = mem_bar;
	uint64_t value;

	put_hole("dev/mem", 0x10028);
	ck_assert(choose("mem:/dev/mem", NULL, NULL));
	far.mmio = 0x6030200400020;
	ck_assert_int_eq(registers_read(&registers, &far, &value), -ENXIO);
	far.mmio = 0xfffffffffffffff8;
	ck_assert_int_eq(registers_read(&registers, &far, &value), -EOVERFLOW);
}
END_TEST

START_TEST(access_is_explained)
{
	static const struct {
		const char *option;
		int error;
		const char *why;
	} cases[] = {
		{"mem:/device", EPERM, "LOCKDOWN_DEV_MEM), or CAP_SYS_RAWIO"},
		{"mem:/device", EACCES, "run this as root"},
		{"pci:0000:01:00.0/2", EPERM, "LOCKDOWN_PCI_ACCESS"},
		{"pci:0000:01:00.0/2", ENOENT, "lspci -vD"},
		{"scom", EPERM, "LOCKDOWN_DEBUGFS"},
		{"scom", ENOENT, "CONFIG_SCOM_DEBUGFS"},
		{"opal-prd", EBUSY, "systemctl stop opal-prd"},
		{"opal-prd", ENOENT, "CONFIG_OPAL_PRD"},
		{"opal-prd", EIO, "Input/output error backend=opal-prd"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		forget();
		ck_assert(choose(cases[i].option, NULL, NULL));
		set_fault(FAULT_ERROR, cases[i].error, 1);
		check_failure(-cases[i].error, cases[i].why);
		ck_assert(end_fault());
		registers_close(&registers);
	}
}
END_TEST

#define PCI_FUNCTION "sys/bus/pci/devices/0030:01:00.0/"

static void put_config(unsigned char command)
{
	unsigned char config[64] = {0xf4, 0x1a, 0x10, 0x11, command};

	put_bytes(PCI_FUNCTION "config", config, sizeof(config));
}

START_TEST(a_pci_resource_is_a_window)
{
	put_hole(PCI_FUNCTION "resource2", NPU_REGS_SIZE);
	put_config(0x06);
	ck_assert(choose("pci:0030:01:00.0/2", NULL, NULL));
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	check_value(VALUE);
	check_bytes(PCI_FUNCTION "resource2", 0x400020);
	registers_close(&registers);
	put_hole(PCI_FUNCTION "resource4", NPU_REGS_SIZE);
	ck_assert(choose("pci:0030:01:00.0/4@0x100000", NULL, NULL));
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	check_bytes(PCI_FUNCTION "resource4", 0x500020);
	registers_close(&registers);
	put_hole(PCI_FUNCTION "resource0", 0x1000);
	ck_assert(choose("pci:0030:01:00.0/0", NULL, NULL));
	check_failure(-ENXIO, "the resource ends before this register");
}
END_TEST

START_TEST(a_pci_function_that_does_not_answer)
{
	put_hole(PCI_FUNCTION "resource2", NPU_REGS_SIZE);
	ck_assert(choose("pci:0030:01:00.0/2", NULL, NULL));
	put_config(0x04); /* bus master alone */
	check_failure(-ENXIO, "memory of the function is off: echo 1 >");
	ck_assert_heard(PCI_FUNCTION "enable");
	put_text(PCI_FUNCTION "config", "\xf4\x1a\x10\x11\x02"); /* cut short */
	check_failure(-EIO, "Input/output error");
	put_config(0x02);
	check_value(0);
}
END_TEST

START_TEST(each_call_of_a_mapped_register_fails)
{
	unsigned open = count_open();

	put_hole(PCI_FUNCTION "resource2", NPU_REGS_SIZE);
	put_config(0x02);
	for (int error = EINTR; error; error = error == EINTR ? EIO : 0) {
		for (unsigned at = 1;; at++) {
			int result;

			ck_assert(choose("pci:0030:01:00.0/2", NULL, NULL));
			set_fault(FAULT_ERROR, error, at);
			result = registers_write(&registers, &mem_bar, VALUE);
			registers_close(&registers);
			ck_assert(!result || (error == EIO && result == -EIO));
			ck_assert_uint_eq(count_open(), open);
			if (!end_fault())
				break;
		}
	}
}
END_TEST

/* ---- scom ---- */

#define SCOM_0 "sys/kernel/debug/powerpc/scom/00000000/access"
#define SCOM_8 "sys/kernel/debug/powerpc/scom/00000008/access"

START_TEST(scoms_are_written_as_a_pair)
{
	uint64_t pair[2], value = 0;

	put_hole(SCOM_0, SCOM_FILE_SIZE);
	ck_assert(choose("scom", NULL, NULL));
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	registers_barrier(&registers);
	get_at(SCOM_0, ADDR_POSITION, pair, sizeof(pair));
	ck_assert_uint_eq(pair[0], 0x400020c000000000);
	ck_assert_uint_eq(pair[1], VALUE);
	ck_assert_int_eq(truncate(path_of(SCOM_0), DATA_POSITION - 8), 0);
	ck_assert_int_eq(truncate(path_of(SCOM_0), SCOM_FILE_SIZE), 0);
	ck_assert_int_eq(registers_read(&registers, &mem_bar, &value), 0);
	ck_assert_uint_eq(value, 0);
	get_at(SCOM_0, ADDR_POSITION, pair, sizeof(pair));
	ck_assert_uint_eq(pair[0], 0x400020c000000000);
	ck_assert_uint_eq(pair[1], 0);
}
END_TEST

START_TEST(each_chip_has_its_scoms)
{
	struct nv2_write other = mem_bar;
	uint64_t pair[2];

	put_hole(SCOM_0, SCOM_FILE_SIZE);
	put_hole(SCOM_8, SCOM_FILE_SIZE);
	other.npu = "npu8";
	other.chip = 8;
	ck_assert(choose("scom", NULL, NULL));
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &other, VALUE), 0);
	get_at(SCOM_8, ADDR_POSITION, pair, sizeof(pair));
	ck_assert_uint_eq(pair[1], VALUE);
	get_at(SCOM_0, ADDR_POSITION, pair, sizeof(pair));
	ck_assert_uint_eq(pair[1], 0);
	other.chip = 9;
	forget();
	ck_assert_int_eq(registers_write(&registers, &other, VALUE), -ENOENT);
	ck_assert_heard("/00000009/access for registers");
}
END_TEST

START_TEST(a_scom_that_fails)
{
	put_hole(SCOM_0, SCOM_FILE_SIZE);
	ck_assert(choose("scom", NULL, NULL));
	check_value(0);
	for (unsigned at = 2; at <= 3; at++) { /* behind the lock: address, data */
		set_fault(FAULT_ERROR, EIO, at);
		check_failure(-EIO,
			      "read register GPU0_MEM_BAR.stack0.sm0 of npu0 through scom: "
			      "Input/output error: firmware or the hardware refused the SCOM");
		ck_assert(end_fault());
		ck_assert_heard("register=GPU0_MEM_BAR.stack0.sm0 npu=npu0 chip=0 backend=scom");
		set_fault(FAULT_ERROR, EIO, at);
		ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), -EIO);
		ck_assert(end_fault());
		set_fault(FAULT_SHORT, 0, at);
		ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), -EIO);
		ck_assert(end_fault());
		set_fault(FAULT_ERROR, EINTR, at);
		ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
		ck_assert(end_fault());
	}
	ck_assert_int_eq(truncate(path_of(SCOM_0), DATA_POSITION + 4), 0);
	check_failure(-EIO, "through scom");
}
END_TEST

START_TEST(a_pair_of_scoms_is_one_s_alone)
{
	uint64_t pair[2];
	int holder;

	put_hole(SCOM_0, SCOM_FILE_SIZE);
	ck_assert(choose("scom", NULL, NULL));
	check_value(0);
	holder = open(path_of(SCOM_0), O_RDWR);
	ck_assert_int_eq(flock(holder, LOCK_EX), 0);
	check_failure(-EBUSY, "another process holds the pair of SCOMs for too long");
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), -EBUSY);
	get_at(SCOM_0, ADDR_POSITION, pair, sizeof(pair));
	ck_assert_uint_eq(pair[1], 0);
	ck_assert_int_eq(flock(holder, LOCK_UN), 0);
	check_value(0);
	/* And let go, also where it failed. */
	set_fault(FAULT_ERROR, EIO, 2);
	check_failure(-EIO, "through scom");
	end_fault();
	ck_assert_int_eq(flock(holder, LOCK_EX | LOCK_NB), 0);
	close(holder);
}
END_TEST

/* ---- opal-prd: a model of the device, in the place of ioctl(2) ---- */

struct prd_scom {
	uint64_t chip, addr, data;
	int64_t rc;
};

static struct prd {
	bool there;
	uint64_t chip, address, value; /* of one register */
	unsigned calls, fail_at;
	int error;  /* errno of that call, */
	int64_t rc; /* or what firmware says */
} prd;

/* The kernel's numbers: 32 bytes, 'o', 2 and 3; directions have other bits on powerpc. */
#ifdef __powerpc__
#define PRD_READ 0x40206f02u
#define PRD_WRITE 0x80206f03u
#else
#define PRD_READ 0x80206f02u
#define PRD_WRITE 0x40206f03u
#endif

int ioctl(int fd, unsigned long request, ...)
{
	struct prd_scom *scom;
	va_list arguments;

	va_start(arguments, request);
	scom = va_arg(arguments, struct prd_scom *);
	va_end(arguments);
	if (!prd.there)
		return (int)syscall(SYS_ioctl, fd, request, scom);
	prd.calls++;
	if (prd.calls == prd.fail_at && prd.error) {
		errno = prd.error;
		return -1;
	}
	scom->rc = prd.calls == prd.fail_at ? prd.rc : 0;
	if (scom->rc) {
		scom->data = UINT64_MAX;
		return 0;
	}
	if (scom->chip != prd.chip)
		scom->rc = -26;
	else if (request == PRD_WRITE && scom->addr == 0x501168e)
		prd.address = scom->data;
	else if (request == PRD_WRITE && scom->addr == 0x501168f)
		prd.value = prd.address == 0x400020c000000000 ? scom->data : 0;
	else if (request == PRD_READ && scom->addr == 0x501168f)
		scom->data = prd.address == 0x400020c000000000 ? prd.value : 0;
	else
		scom->rc = -1;
	return 0;
}

static void setup_prd(void)
{
	setup_root();
	put_text("dev/opal-prd", "");
	prd = (struct prd){.there = true};
	ck_assert(choose("opal-prd", NULL, NULL));
}

START_TEST(opal_prd_has_scoms_too)
{
	check_value(0);
	ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE), 0);
	ck_assert_uint_eq(prd.value, VALUE);
	check_value(VALUE);
	ck_assert_uint_eq(prd.calls, 6);
	prd.chip = 8;
	check_failure(-ENODEV, "there is nothing at this SCOM address");
	prd.chip = 0;
	prd.address = 0;
	check_value(VALUE);
}
END_TEST

START_TEST(both_answers_of_opal_prd_count)
{
	static const struct {
		int64_t rc;
		int error;
		const char *why;
	} cases[] = {
		{-1, EINVAL, "Invalid argument"},
		{-2, EBUSY, "firmware says that the SCOM engine is busy"},
		{-6, EIO, "firmware refused the SCOM; the cause is in its log"},
		{-7, EOPNOTSUPP, "not supported"},
		{-12, EBUSY, "busy"},
		{-14, ENXIO, "the chip, or this part of it, is off"},
		{-25, ENXIO, "is off"},
		{-26, ENODEV, "nothing at this SCOM address"},
		{-27, EIO, "in its log"},
		{-28, EIO, "in its log"},
		{-29, ETIMEDOUT, "the hardware did not answer"},
		{-30, ENXIO, "is off"},
		{1, EIO, "in its log"},
		{INT64_MIN, EIO, "in its log"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		prd.rc = cases[i].rc;
		for (prd.fail_at = 1; prd.fail_at <= 2; prd.fail_at++) {
			prd.calls = 0;
			check_failure(-cases[i].error, cases[i].why);
			prd.calls = 0;
			ck_assert_int_eq(registers_write(&registers, &mem_bar, VALUE),
					 -cases[i].error);
		}
	}
	ck_assert_uint_eq(prd.value, 0);
	for (prd.fail_at = 1; prd.fail_at <= 2; prd.fail_at++) {
		prd.error = EFAULT;
		prd.calls = 0;
		check_failure(-EFAULT, "through opal-prd");
		prd.error = EINTR;
		prd.calls = 0;
		check_value(0);
	}
}
END_TEST

START_TEST(a_file_is_no_opal_prd)
{
	prd.there = false;
	check_failure(-ENOTTY, "this is no opal-prd device");
}
END_TEST

/* ---- the whole table ---- */

START_TEST(the_machine_has_every_function)
{
	static const char boot[] = "0a2f1c3d-0000-4000-8000-0123456789ab\n";
	const char *const given[] = {"file:/window"};
	struct linux_machine *opened;
	struct bytes bytes;
	struct machine machine;
	struct overlay_item item;
	uint64_t value;
	uint32_t version;
	char id[37];
	bool usage;

	put_hole("window", NPU_REGS_SIZE);
	put_text("proc/sys/kernel/random/boot_id", boot);
	put_bytes("proc/device-tree/compatible", "ibm,witherspoon", 16);
	make_dirs("sys/kernel/config/device-tree/overlays");
	options.backends = given;
	options.backend_count = 1;
	opened = linux_machine_open(&options, &usage);
	ck_assert_ptr_nonnull(opened);
	machine = linux_machine_of(opened);
	ck_assert_int_eq(machine.ops->read_tree(machine.context, &bytes), 0);
	free(bytes.data);
	ck_assert_int_eq(machine.ops->open_overlays(machine.context), 0);
	ck_assert_int_eq(machine.ops->make_overlay(machine.context, "a"), 0);
	put_text("sys/kernel/config/device-tree/overlays/a/dtbo", "");
	put_text("sys/kernel/config/device-tree/overlays/a/status", "");
	ck_assert_int_eq(machine.ops->list_overlays(machine.context, &bytes), 0);
	ck_assert_str_eq((char *)bytes.data, "a");
	free(bytes.data);
	ck_assert_int_eq(machine.ops->look_at_overlay(machine.context, "a", &item), 0);
	ck_assert_int_eq(machine.ops->write_overlay(machine.context, "a", "blob", 4), 0);
	ck_assert_int_eq(machine.ops->set_overlay(machine.context, "a", "1"), 0);
	ck_assert_int_eq(machine.ops->read_overlay(machine.context, "a", &bytes), 0);
	ck_assert_uint_eq(bytes.size, 4);
	free(bytes.data);
	ck_assert_int_eq(machine.ops->remove_overlay(machine.context, "a"), -ENOTEMPTY);
	ck_assert_int_eq(machine.ops->write_register(machine.context, &mem_bar, VALUE), 0);
	machine.ops->barrier(machine.context);
	ck_assert_int_eq(machine.ops->read_register(machine.context, &mem_bar, &value), 0);
	ck_assert_uint_eq(value, VALUE);
	ck_assert_int_eq(machine.ops->store(machine.context, "record", "r", 1), 0);
	ck_assert_int_eq(machine.ops->load(machine.context, "record", &bytes), 0);
	free(bytes.data);
	ck_assert_int_eq(machine.ops->drop(machine.context, "record"), 0);
	ck_assert_int_eq(machine.ops->load(machine.context, "record", &bytes), -ENOENT);
	ck_assert_int_eq(machine.ops->store_counter(machine.context, 3), 0);
	ck_assert_int_eq(machine.ops->load_counter(machine.context, &version), 0);
	ck_assert_uint_eq(version, 3);
	ck_assert_int_eq(machine.ops->boot_id(machine.context, id), 0);
	linux_machine_close(opened);
}
END_TEST

static Suite *registers_suite(void)
{
	Suite *suite = suite_create("registers");
	TCase *tests = add_case(suite, "choices", setup_root, teardown_registers);

	tcase_add_test(tests, backends_are_understood);
	tcase_add_test(tests, backends_are_not_understood);
	tcase_add_test(tests, there_can_be_too_many);
	tcase_add_test(tests, a_wrong_backend_is_a_wrong_command_line);
	tcase_add_test(tests, an_npu_s_own_backend_comes_first);
	tcase_add_test(tests, an_npu_without_a_backend);
	tcase_add_test(tests, without_a_choice_it_is_scom_where_there_is_one);
	tcase_add_test(tests, two_npus_share_what_can_be_opened_once);
	tcase_add_test(tests, registers_are_where_registers_can_be);
	tcase_add_test(tests, nothing_is_written_when_only_looking);

	tests = add_case(suite, "mapped", setup_root, teardown_registers);
	tcase_add_test(tests, a_file_is_a_window);
	tcase_add_test(tests, a_file_may_end_in_a_page);
	tcase_add_test(tests, files_that_are_no_windows);
	tcase_add_test(tests, memory_is_at_its_address);
	tcase_add_test(tests, an_address_that_no_file_can_have);
	tcase_add_test(tests, access_is_explained);
	tcase_add_test(tests, a_pci_resource_is_a_window);
	tcase_add_test(tests, a_pci_function_that_does_not_answer);
	tcase_add_test(tests, each_call_of_a_mapped_register_fails);

	tests = add_case(suite, "scom", setup_root, teardown_registers);
	tcase_add_test(tests, scoms_are_written_as_a_pair);
	tcase_add_test(tests, each_chip_has_its_scoms);
	tcase_add_test(tests, a_scom_that_fails);
	tcase_add_test(tests, a_pair_of_scoms_is_one_s_alone);

	tests = add_case(suite, "opal-prd", setup_prd, teardown_registers);
	tcase_add_test(tests, opal_prd_has_scoms_too);
	tcase_add_test(tests, both_answers_of_opal_prd_count);
	tcase_add_test(tests, a_file_is_no_opal_prd);

	tests = add_case(suite, "machine", setup_root, teardown_root);
	tcase_add_test(tests, the_machine_has_every_function);
	return suite;
}

int main(void)
{
	int result;

	if (!make_base())
		return EXIT_FAILURE;
	result = run_suite(registers_suite());
	remove_base();
	return result;
}
